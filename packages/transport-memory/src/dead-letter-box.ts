import type { DeadLetterReason } from "@agentcomm/protocol";
import type { Entry } from "./entry.js";

/** An entry that was taken out of its mailbox without having been handled. */
export interface DeadEntry {
  readonly id: number;
  readonly entry: Entry;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly deadAt: number;
}

/** The dead letters of one mailbox, oldest first. */
export class DeadLetterBox {
  readonly #byId = new Map<number, DeadEntry>();
  /** Ascending; may name some that are gone, at most as many as there are. */
  #ids: number[] = [];

  get size(): number {
    return this.#byId.size;
  }

  add(dead: DeadEntry): void {
    this.#byId.set(dead.id, dead);
    this.#ids.push(dead.id);
  }

  /** Up to `limit` of those after the given id (0: from the first). */
  list(after: number, limit: number): DeadEntry[] {
    const found: DeadEntry[] = [];
    for (let index = this.#firstAfter(after); index < this.#ids.length && found.length < limit; index += 1) {
      const dead = this.#byId.get(this.#ids[index] as number);
      if (dead !== undefined) found.push(dead);
    }
    return found;
  }

  /** Removes and returns those named, or, without ids, all that `isMeant` picks. */
  remove(ids: readonly string[] | undefined, isMeant: (dead: DeadEntry) => boolean): DeadEntry[] {
    const removed: DeadEntry[] = [];
    const candidates = ids === undefined ? this.#byId.values() : this.#named(ids);
    for (const dead of candidates) {
      if (!isMeant(dead)) continue;
      removed.push(dead);
      this.#byId.delete(dead.id);
    }
    if (this.#ids.length > 2 * this.#byId.size) this.#ids = this.#ids.filter((id) => this.#byId.has(id));
    return removed;
  }

  /** In the order in which they died, whatever the order of the ids, each once. */
  #named(ids: readonly string[]): DeadEntry[] {
    const found = new Set<DeadEntry>();
    for (const id of ids) {
      const dead = this.#byId.get(Number(id));
      if (dead !== undefined) found.add(dead);
    }
    return [...found].sort((a, b) => a.id - b.id);
  }

  #firstAfter(after: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ids[middle] as number) <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
