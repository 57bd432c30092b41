import type { Entry } from "./entry.js";
import { IndexedHeap } from "./indexed-heap.js";

const isOlder = (a: Entry, b: Entry): boolean => a.order < b.order;

/**
 * The entries of one priority that are on offer, oldest first. New ones queue up in a linked list, so that a backlog of
 * any length costs nothing; those whose lease lapsed come back to where they were, by a heap of their own.
 */
export class Lane {
  readonly #lapsed = new IndexedHeap<Entry>(isOlder);
  #head: Entry | undefined;
  #tail: Entry | undefined;
  #queued = 0;

  get size(): number {
    return this.#queued + this.#lapsed.size;
  }

  /** Adds an entry whose order is the newest. */
  push(entry: Entry): void {
    if (this.#tail === undefined) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    this.#queued += 1;
  }

  /** Puts back an entry whose lease lapsed. */
  giveBack(entry: Entry): void {
    this.#lapsed.add(entry);
  }

  /** Withdraws an entry that was given back: its holder settled it after all. */
  withdraw(entry: Entry): void {
    this.#lapsed.remove(entry);
  }

  shift(): Entry | undefined {
    const head = this.#head;
    const lapsed = this.#lapsed.first;
    if (lapsed !== undefined && (head === undefined || isOlder(lapsed, head))) {
      this.#lapsed.remove(lapsed);
      return lapsed;
    }
    if (head === undefined) return undefined;
    this.#head = head.next;
    if (this.#head === undefined) this.#tail = undefined;
    head.next = undefined;
    this.#queued -= 1;
    return head;
  }
}
