// Below this many it isn't worth while to move what is left to the front.
const COMPACT_FROM = 1_024;

/** First in, first out, at the same cost however long it is. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): void {
    if (this.#head === this.#items.length) return;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
