import type { Calls } from "./calls.js";
import type { DriverCall } from "./driver.js";
import { AgentCommError } from "./errors.js";

interface Waiting<Result> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Gives one result per item, in their order. */
type Work<Item, Result> = (items: Item[], call: DriverCall) => Promise<readonly (Result | AgentCommError)[]>;

interface Batch<Item, Result> {
  /** All items of one call share its deadline. */
  readonly timeoutMs: number;
  readonly items: Item[];
  readonly waiting: Waiting<Result>[];
}

/**
 * Gathers what is asked for in one tick of the event loop into one call of the driver. It goes out from setImmediate, when
 * all callbacks of promises have run: so a thousand concurrent senders woken by one reply make one batch again, and
 * traffic over a store in the same process still lets timers and sockets have their turn.
 */
export class TickBatch<Item, Result> {
  readonly #what: string;
  readonly #calls: Calls;
  readonly #work: Work<Item, Result>;
  /** In the order of asking: what has another timeout than the one before it starts the next call. */
  #batches: Batch<Item, Result>[] = [];

  constructor(what: string, calls: Calls, work: Work<Item, Result>) {
    this.#what = what;
    this.#calls = calls;
    this.#work = work;
  }

  /** Resolves to the item's result, or rejects with it if it is an error. */
  add(item: Item, timeoutMs: number): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const last = this.#batches.at(-1);
      if (last?.timeoutMs === timeoutMs) {
        last.items.push(item);
        last.waiting.push({ resolve, reject });
        return;
      }
      if (last === undefined) setImmediate(() => this.#flush());
      this.#batches.push({ timeoutMs, items: [item], waiting: [{ resolve, reject }] });
    });
  }

  #flush(): void {
    const batches = this.#batches;
    this.#batches = [];
    for (const batch of batches) void this.#send(batch);
  }

  async #send({ timeoutMs, items, waiting }: Batch<Item, Result>): Promise<void> {
    try {
      const results = await this.#calls.perform(this.#what, timeoutMs, (call) => this.#answers(items, call));
      for (let index = 0; index < waiting.length; index++) {
        const { resolve, reject } = waiting[index] as Waiting<Result>;
        const result = results[index] as Result | AgentCommError;
        if (AgentCommError.is(result)) reject(result);
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  async #answers(items: Item[], call: DriverCall): Promise<readonly (Result | AgentCommError)[]> {
    const results = await this.#work(items, call);
    // A result that is missing would pass for the success of a settle.
    if (results.length === items.length) return results;
    throw new AgentCommError("STORE_FAILED", `${this.#what}: ${results.length} results for ${items.length} entries`);
  }
}
