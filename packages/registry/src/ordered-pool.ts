import type { AgentEntry } from "./agent-entry.js";
import { Heap } from "./heap.js";
import type { Pool } from "./pool.js";

/** Negative: a is taken before b. Agents without a free slot come after all others. */
export type CompareEntries = (a: AgentEntry, b: AgentEntry) => number;

/** The smallest share of its slots taken first; among equals the one chosen longest ago. */
export const byLoad: CompareEntries = (a, b) => a.loadShare - b.loadShare || a.chosenAt - b.chosenAt;

/** The one chosen longest ago first. */
export const byTurn: CompareEntries = (a, b) => Number(a.full) - Number(b.full) || a.chosenAt - b.chosenAt;

/** A pool with an order: a change costs the logarithm of its size, and the best is always at hand. */
export class OrderedPool implements Pool {
  readonly #compare: CompareEntries;
  readonly #heap: Heap<AgentEntry>;

  constructor(compare: CompareEntries) {
    this.#compare = compare;
    this.#heap = new Heap(compare);
  }

  get size(): number {
    return this.#heap.size;
  }

  has(entry: AgentEntry): boolean {
    return this.#heap.has(entry);
  }

  add(entry: AgentEntry): void {
    this.#heap.add(entry);
  }

  delete(entry: AgentEntry): void {
    this.#heap.delete(entry);
  }

  update(entry: AgentEntry): void {
    this.#heap.update(entry);
  }

  choose(except: ReadonlySet<string>): AgentEntry | undefined {
    const best = this.#heap.at(0);
    if (best === undefined || best.full) return undefined;
    if (!except.has(best.info.id)) return best;
    for (const entry of this.free()) if (!except.has(entry.info.id)) return entry;
    return undefined;
  }

  /** Walks the heap in order without changing it: it looks at little more than what is asked for, however large the pool. */
  *free(): Generator<AgentEntry> {
    const next = new Heap<number>((a, b) =>
      this.#compare(this.#heap.at(a) as AgentEntry, this.#heap.at(b) as AgentEntry),
    );
    const consider = (place: number): void => {
      const entry = this.#heap.at(place);
      // What comes after a full one is full as well.
      if (entry !== undefined && !entry.full) next.add(place);
    };
    consider(0);
    for (let place = next.at(0); place !== undefined; place = next.at(0)) {
      yield this.#heap.at(place) as AgentEntry;
      next.delete(place);
      consider(2 * place + 1);
      consider(2 * place + 2);
    }
  }
}
