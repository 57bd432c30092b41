import type { Calls } from "./calls.js";
import type { DriverCall } from "./driver.js";

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what is asked for in one tick of the event loop into one call of the driver. The flush runs from
 * process.nextTick: when it is queued from promise callbacks, that is after all of them have run, so a thousand
 * concurrent senders woken by one reply make one batch again.
 */
export class TickBatch<Item, Result> {
  readonly #what: string;
  readonly #calls: Calls;
  readonly #work: (items: Item[], call: DriverCall) => Promise<readonly Result[]>;
  /** By timeout: all items of one call share its deadline. */
  readonly #waiting = new Map<number, Waiting<Item, Result>[]>();

  constructor(what: string, calls: Calls, work: (items: Item[], call: DriverCall) => Promise<readonly Result[]>) {
    this.#what = what;
    this.#calls = calls;
    this.#work = work;
  }

  add(item: Item, timeoutMs: number): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const group = this.#waiting.get(timeoutMs);
      if (group !== undefined) {
        group.push({ item, resolve, reject });
        return;
      }
      if (this.#waiting.size === 0) process.nextTick(() => this.#flush());
      this.#waiting.set(timeoutMs, [{ item, resolve, reject }]);
    });
  }

  #flush(): void {
    const groups = [...this.#waiting];
    this.#waiting.clear();
    for (const [timeoutMs, group] of groups) {
      const items = group.map((waiting) => waiting.item);
      this.#calls
        .perform(this.#what, timeoutMs, (call) => this.#work(items, call))
        .then(
          (results) => {
            for (const [index, waiting] of group.entries()) waiting.resolve(results[index] as Result);
          },
          (error: unknown) => {
            for (const waiting of group) waiting.reject(error);
          },
        );
    }
  }
}
