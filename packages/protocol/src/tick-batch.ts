import type { Calls } from "./calls.js";
import type { DriverCall } from "./driver.js";
import { AgentCommError } from "./errors.js";

/**
 * Most items of one call. Its answers come together, so the store should work on others while those who were answered ask again: over
 * Redis 500 senders, each awaiting its send, send 240,000 a second in calls of 125 to 250, and 150,000 in calls of 500.
 */
const MOST_ITEMS = 125;

/** Who is told what became of an item. Neither function throws. */
export interface Waiting<Result> {
  done(result: Result): void;
  failed(error: AgentCommError): void;
}

/** Gives one result per item, in their order. */
type Work<Item, Result> = (items: Item[], call: DriverCall) => Promise<readonly (Result | AgentCommError)[]>;

interface Batch<Item, Result> {
  /** All items of one call share its deadline. */
  readonly timeoutMs: number;
  readonly items: Item[];
  readonly waiting: Waiting<Result>[];
}

/** Gathers what is asked for in one tick of the event loop into one call of the driver. */
export class TickBatch<Item, Result> {
  readonly #what: string;
  readonly #calls: Calls;
  readonly #work: Work<Item, Result>;
  readonly #first: boolean;
  /** In the order of asking. What has another timeout than the one before it starts the next call, and what finds this one full. */
  #batches: Batch<Item, Result>[] = [];

  /** `first`: it goes before others of the same tick. */
  constructor(
    what: string,
    calls: Calls,
    work: Work<Item, Result>,
    { first = false }: { readonly first?: boolean } = {},
  ) {
    this.#what = what;
    this.#calls = calls;
    this.#work = work;
    this.#first = first;
  }

  /** Resolves to the item's result, or rejects with it if it is an error. */
  add(item: Item, timeoutMs: number): Promise<Result> {
    return new Promise<Result>((done, failed) => this.tell(item, timeoutMs, { done, failed }));
  }

  /** As `add`, without a promise of its own. */
  tell(item: Item, timeoutMs: number, who: Waiting<Result>): void {
    const last = this.#batches.at(-1);
    if (last?.timeoutMs === timeoutMs && last.items.length < MOST_ITEMS) {
      last.items.push(item);
      last.waiting.push(who);
      return;
    }
    if (last === undefined) this.#calls.tick.atEnd(() => this.#flush(), { first: this.#first });
    this.#batches.push({ timeoutMs, items: [item], waiting: [who] });
  }

  #flush(): void {
    const batches = this.#batches;
    this.#batches = [];
    for (const batch of batches) void this.#send(batch);
  }

  async #send({ timeoutMs, items, waiting }: Batch<Item, Result>): Promise<void> {
    let results: readonly (Result | AgentCommError)[];
    try {
      results = await this.#calls.perform(this.#what, timeoutMs, (call) => this.#answers(items, call));
    } catch (error) {
      for (const who of waiting) who.failed(error as AgentCommError);
      return;
    }
    for (let index = 0; index < waiting.length; index++) {
      const who = waiting[index] as Waiting<Result>;
      const result = results[index] as Result | AgentCommError;
      if (AgentCommError.is(result)) who.failed(result);
      else who.done(result);
    }
  }

  async #answers(items: Item[], call: DriverCall): Promise<readonly (Result | AgentCommError)[]> {
    const results = await this.#work(items, call);
    // A result that is missing would pass for the success of a settle.
    if (results.length === items.length) return results;
    throw new AgentCommError("STORE_FAILED", `${this.#what}: ${results.length} results for ${items.length} entries`);
  }
}
