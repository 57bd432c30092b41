import type { HeapItem } from "./indexed-heap.js";

/** What a collection knows of one key: its record, or how the record ended. */
export interface KeyState extends HeapItem {
  readonly key: string;
  kind: "put" | "delete" | "expire";
  value: Uint8Array;
  /** Of the last change to the key. */
  revision: number;
  /** On the monotonic clock. */
  expiresAt: number;
  older: KeyState | undefined;
  newer: KeyState | undefined;
}

/** Key states in the order of their last change. Everything in O(1), save reading, which costs what it returns. */
export class RevisionList {
  #oldest: KeyState | undefined;
  #newest: KeyState | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): KeyState | undefined {
    return this.#oldest;
  }

  /** Adds a state whose revision is the newest. */
  add(state: KeyState): void {
    state.older = this.#newest;
    state.newer = undefined;
    if (this.#newest === undefined) this.#oldest = state;
    else this.#newest.newer = state;
    this.#newest = state;
    this.#size += 1;
  }

  remove(state: KeyState): void {
    if (state.older === undefined) this.#oldest = state.newer;
    else state.older.newer = state.newer;
    if (state.newer === undefined) this.#newest = state.older;
    else state.newer.older = state.older;
    state.older = undefined;
    state.newer = undefined;
    this.#size -= 1;
  }

  /** Those changed after `revision`, newest first. */
  *since(revision: number): Generator<KeyState> {
    for (let state = this.#newest; state !== undefined && state.revision > revision; state = state.older) yield state;
  }
}
