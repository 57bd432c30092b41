/** A binary heap that knows the place of each item, so that one which changed can be moved, and one that left removed. */
export class Heap<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  readonly #items: Item[] = [];
  readonly #places = new Map<Item, number>();

  /** `compare` is negative where a comes before b. */
  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  has(item: Item): boolean {
    return this.#places.has(item);
  }

  /** The item at a place: 0 is the first of all; those that come next after place p are at 2p + 1 and 2p + 2. */
  at(place: number): Item | undefined {
    return this.#items[place];
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  delete(item: Item): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    const last = this.#items.pop() as Item;
    if (last !== item) this.#settle(last, place);
  }

  /** Moves an item whose order has changed to where it belongs. */
  update(item: Item): void {
    const place = this.#places.get(item);
    if (place !== undefined) this.#settle(item, place);
  }

  #settle(item: Item, place: number): void {
    if (this.#rise(item, place) === place) this.#sink(item, place);
  }

  #rise(item: Item, from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#items[parent] as Item;
      if (this.#compare(item, above) >= 0) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(item, place);
    return place;
  }

  #sink(item: Item, from: number): void {
    let place = from;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= this.#items.length) break;
      const right = left + 1;
      const leftFirst =
        right >= this.#items.length || this.#compare(this.#items[left] as Item, this.#items[right] as Item) <= 0;
      const child = leftFirst ? left : right;
      const below = this.#items[child] as Item;
      if (this.#compare(item, below) <= 0) break;
      this.#put(below, place);
      place = child;
    }
    this.#put(item, place);
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    this.#places.set(item, place);
  }
}
