import type { InputCheck, InputEnvironment } from "../input-class.js";
import { readAsAgent } from "./agent-reader.js";
import { readAsCoordinator } from "./coordinator-reader.js";
import type { EntryCase } from "./entry-case.js";
import { openEntryCheck } from "./entry-class.js";
import { openMemoryEntryStore } from "./entry-store.js";
import { storedEntry } from "./stored-entry.js";

const READERS = [readAsAgent, readAsCoordinator];

/** Checks entries on transports, and gives those of each batch to an agent or a coordinator as well; one alone to both. */
export async function openReaderCheck(environment: InputEnvironment): Promise<InputCheck<EntryCase>> {
  const entries = await openEntryCheck(environment);
  let batches = 0;
  return {
    async check(cases) {
      await entries.check(cases);
      batches += 1;
      for (const [index, read] of READERS.entries()) {
        if (cases.length > 1 && batches % READERS.length !== index) continue;
        // One delivery is all that a message gets: what its reader cannot handle is dead at once, and not tried again later.
        await using store = openMemoryEntryStore({ maxDeliveries: 1 });
        await read(
          store,
          cases.map((each) => storedEntry(each, store.rules)),
        );
      }
    },
    [Symbol.asyncDispose]: () => entries[Symbol.asyncDispose](),
  };
}
