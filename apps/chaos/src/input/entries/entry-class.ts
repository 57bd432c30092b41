import type { Arbitrary } from "fast-check";
import type { InputCheck, InputClass, InputEnvironment } from "../input-class.js";
import { checkEntries } from "./check-entries.js";
import { type EntryCase, isGiantEntry } from "./entry-case.js";
import { type EntryStore, openMemoryEntryStore, openRedisEntryStore } from "./entry-store.js";
import { type StoredEntry, storedEntry } from "./stored-entry.js";

const BATCH = 250;
// One batch in so many goes through Redis, the others through memory: a server costs several times as much per entry.
const REDIS_EVERY = 4;

/** What makes a class of entries that a stranger stores. */
export interface EntryClassOptions {
  readonly name: string;
  readonly title: string;
  readonly cases: Arbitrary<EntryCase>;
  readonly certain?: readonly EntryCase[];
}

/** A class of entries: each is decoded, and goes through a whole transport beside good messages. */
export function entryClass(options: EntryClassOptions): InputClass<EntryCase> {
  return { ...options, batch: BATCH, isGiant: isGiantEntry, open: openEntryCheck };
}

/** Checks entries on memory, every fourth batch on Redis; what is checked alone, on both. */
export async function openEntryCheck(environment: InputEnvironment): Promise<InputCheck<EntryCase>> {
  const memory = openMemoryEntryStore();
  const redis = openRedisEntryStore(environment);
  let batches = 0;
  return {
    async check(cases) {
      batches += 1;
      if (cases.length === 1 || batches % REDIS_EVERY !== 0) await checkOn(memory, cases);
      if (cases.length === 1 || batches % REDIS_EVERY === 0) await checkOn(redis, cases);
    },
    async [Symbol.asyncDispose]() {
      await memory[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** The giants one after the other, so that no two are in memory at once. What these cases broke is not laid to the next. */
async function checkOn(store: EntryStore, cases: readonly EntryCase[]): Promise<void> {
  const foretell = (each: EntryCase): StoredEntry => storedEntry(each, store.rules);
  const storable = cases.filter(({ fields }) => fields.length > 0 || store.name === "memory");
  const small = storable.filter((each) => !isGiantEntry(each));
  try {
    if (small.length > 0) await checkEntries(store, small.map(foretell));
    for (const giant of storable.filter(isGiantEntry)) await checkEntries(store, [foretell(giant)]);
  } finally {
    store.troubles.splice(0);
  }
}
