import { AgentCommError, type RecordChanges, type StoredRecord } from "@agentcomm/protocol";
import { IndexedHeap } from "./indexed-heap.js";
import { type KeyState, RevisionList } from "./revision-list.js";
import type { Sequence } from "./sequence.js";

/** How many deletions and expiries are remembered for watchers. Who has missed more is given everything anew. */
const ENDED_KEPT = 10_000;

const expiresFirst = (a: KeyState, b: KeyState): boolean => a.expiresAt < b.expiresAt;

/** The records of one collection. Every method first ends what has expired by `now`, on the monotonic clock. */
export class Collection {
  readonly #name: string;
  readonly #sequence: Sequence;
  readonly #states = new Map<string, KeyState>();
  readonly #live = new RevisionList();
  readonly #ended = new RevisionList();
  readonly #expiring = new IndexedHeap<KeyState>(expiresFirst);
  /** The keys of all records, sorted. Undefined: to be sorted anew. */
  #sortedKeys: readonly string[] | undefined;
  #revision: number;
  /** Ended states up to this revision may have been forgotten. */
  #forgotten = 0;

  constructor(name: string, sequence: Sequence) {
    this.#name = name;
    this.#sequence = sequence;
    this.#revision = sequence.next();
  }

  get(key: string, now: number): StoredRecord | undefined {
    const state = this.#find(key, now);
    return state && recordOf(state, now);
  }

  list(prefix: string, after: string, limit: number, now: number): StoredRecord[] {
    this.#expire(now);
    this.#sortedKeys ??= [...this.#live.since(0)].map((state) => state.key).sort();
    const keys = this.#sortedKeys;
    const records: StoredRecord[] = [];
    for (let index = firstNotBefore(keys, prefix > after ? prefix : after); index < keys.length; index += 1) {
      const key = keys[index] as string;
      if (records.length === limit || !key.startsWith(prefix)) break;
      if (key !== after) records.push(recordOf(this.#states.get(key) as KeyState, now));
    }
    return records;
  }

  put(key: string, value: Uint8Array, ifVersion: number | undefined, ttlMs: number | undefined, now: number): number {
    const found = this.#find(key, now);
    this.#demand(key, found, ifVersion);
    const state: KeyState = this.#states.get(key) ?? {
      key,
      kind: "delete",
      value,
      revision: 0,
      expiresAt: 0,
      heapIndex: -1,
      older: undefined,
      newer: undefined,
    };
    if (found !== undefined) this.#detach(found);
    else if (state.revision > 0) this.#ended.remove(state);
    if (found === undefined) this.#sortedKeys = undefined;
    state.kind = "put";
    state.value = value;
    this.#revision = this.#sequence.next();
    state.revision = this.#revision;
    this.#states.set(key, state);
    this.#live.add(state);
    if (ttlMs === undefined) state.expiresAt = Number.POSITIVE_INFINITY;
    else {
      state.expiresAt = now + ttlMs;
      this.#expiring.add(state);
    }
    return state.revision;
  }

  delete(key: string, ifVersion: number | undefined, now: number): boolean {
    const found = this.#find(key, now);
    this.#demand(key, found, ifVersion);
    if (found === undefined) return false;
    this.#end(found, "delete");
    return true;
  }

  changes(since: number, now: number): RecordChanges {
    this.#expire(now);
    const reset = since === 0 || since < this.#forgotten;
    const states = [...this.#live.since(reset ? 0 : since)];
    if (!reset) states.push(...this.#ended.since(since));
    states.sort((a, b) => a.revision - b.revision);
    const nextExpiry = this.#expiring.first?.expiresAt;
    return {
      changes: states.map((state) =>
        state.kind === "put"
          ? { kind: state.kind, key: state.key, record: recordOf(state, now) }
          : { kind: state.kind, key: state.key },
      ),
      reset,
      cursor: this.#revision,
      ...(nextExpiry === undefined ? undefined : { nextExpiryInMs: nextExpiry - now }),
    };
  }

  /** The keys of all records. */
  keys(now: number): string[] {
    return this.list("", "", Number.POSITIVE_INFINITY, now).map((record) => record.key);
  }

  #find(key: string, now: number): KeyState | undefined {
    this.#expire(now);
    const state = this.#states.get(key);
    return state?.kind === "put" ? state : undefined;
  }

  #demand(key: string, found: KeyState | undefined, ifVersion: number | undefined): void {
    const version = found?.revision ?? 0;
    if (ifVersion === undefined || ifVersion === version) return;
    throw new AgentCommError(
      "VERSION_CONFLICT",
      `The record "${key}" of "${this.#name}" has version ${version}, not ${ifVersion}. Read it again and decide anew.`,
      { outcome: "none", details: { collection: this.#name, key, version, ifVersion } },
    );
  }

  #expire(now: number): void {
    for (
      let first = this.#expiring.first;
      first !== undefined && first.expiresAt <= now;
      first = this.#expiring.first
    ) {
      this.#end(first, "expire");
    }
  }

  #end(state: KeyState, kind: "delete" | "expire"): void {
    this.#detach(state);
    this.#sortedKeys = undefined;
    state.kind = kind;
    state.value = NOTHING;
    this.#revision = this.#sequence.next();
    state.revision = this.#revision;
    this.#ended.add(state);
    const oldest = this.#ended.oldest;
    if (this.#ended.size <= ENDED_KEPT || oldest === undefined) return;
    this.#ended.remove(oldest);
    this.#states.delete(oldest.key);
    this.#forgotten = oldest.revision;
  }

  /** Takes a live state out of everything that orders it. */
  #detach(state: KeyState): void {
    this.#live.remove(state);
    if (state.heapIndex >= 0) this.#expiring.remove(state);
  }
}

const NOTHING = new Uint8Array(0);

function recordOf(state: KeyState, now: number): StoredRecord {
  const record = { key: state.key, value: state.value, version: state.revision };
  return state.heapIndex < 0 ? record : { ...record, expiresInMs: state.expiresAt - now };
}

function firstNotBefore(keys: readonly string[], bound: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
