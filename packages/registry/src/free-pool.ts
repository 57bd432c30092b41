import type { AgentEntry } from "./agent-entry.js";
import type { Pool } from "./pool.js";

/** Chooses among the free agents of a pool, of which there is at least one. */
export type ChooseEntry = (free: readonly AgentEntry[], except: ReadonlySet<string>) => AgentEntry | undefined;

/** A pool without an order: it knows which of its agents are free, and leaves the choice to a function. */
export class FreePool implements Pool {
  readonly #choose: ChooseEntry;
  readonly #members = new Set<AgentEntry>();
  readonly #free: AgentEntry[] = [];
  readonly #places = new Map<AgentEntry, number>();

  constructor(choose: ChooseEntry) {
    this.#choose = choose;
  }

  get size(): number {
    return this.#members.size;
  }

  has(entry: AgentEntry): boolean {
    return this.#members.has(entry);
  }

  add(entry: AgentEntry): void {
    this.#members.add(entry);
    this.update(entry);
  }

  delete(entry: AgentEntry): void {
    this.#members.delete(entry);
    this.#drop(entry);
  }

  update(entry: AgentEntry): void {
    if (entry.full) {
      this.#drop(entry);
    } else if (this.#members.has(entry) && !this.#places.has(entry)) {
      this.#places.set(entry, this.#free.length);
      this.#free.push(entry);
    }
  }

  choose(except: ReadonlySet<string>): AgentEntry | undefined {
    return this.#free.length === 0 ? undefined : this.#choose(this.#free, except);
  }

  free(): Iterable<AgentEntry> {
    return this.#free;
  }

  #drop(entry: AgentEntry): void {
    const place = this.#places.get(entry);
    if (place === undefined) return;
    this.#places.delete(entry);
    const last = this.#free.pop() as AgentEntry;
    if (last === entry) return;
    this.#free[place] = last;
    this.#places.set(last, place);
  }
}
