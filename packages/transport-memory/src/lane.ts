import type { Entry } from "./entry.js";
import { IndexedHeap } from "./indexed-heap.js";

const isOlder = (a: Entry, b: Entry): boolean => a.order < b.order;

/**
 * The entries of one priority that are on offer, oldest first. New ones queue up in a linked list, so that a backlog of
 * any length costs nothing; those that were delivered before come back to where they stood, by a heap of their own.
 */
export class Lane {
  readonly #again = new IndexedHeap<Entry>(isOlder);
  #head: Entry | undefined;
  #tail: Entry | undefined;
  #queued = 0;

  get size(): number {
    return this.#queued + this.#again.size;
  }

  /** Adds an entry whose order is the newest. */
  push(entry: Entry): void {
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    this.#queued += 1;
  }

  /** Puts back an entry that was delivered before. */
  giveBack(entry: Entry): void {
    this.#again.add(entry);
  }

  /** Withdraws an entry that was given back: its holder settled it after all. */
  withdraw(entry: Entry): void {
    this.#again.remove(entry);
  }

  shift(): Entry | undefined {
    const head = this.#head;
    const again = this.#again.first;
    if (again !== undefined && (head === undefined || isOlder(again, head))) {
      this.#again.remove(again);
      return again;
    }
    if (head === undefined) return undefined;
    this.#head = head.next;
    if (this.#head === undefined) this.#tail = undefined;
    head.next = undefined;
    this.#queued -= 1;
    return head;
  }
}
