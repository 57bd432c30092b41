import type { Calls } from "./calls.js";
import type { Driver, RenewEntry, SettleEntry, SettleResult } from "./driver.js";
import { TickBatch } from "./tick-batch.js";

/** Settles and renews deliveries by their tokens, what is asked for in one tick together. */
export class Settlements {
  readonly #settle: TickBatch<SettleEntry, SettleResult>;
  readonly #renew: TickBatch<RenewEntry, SettleResult>;

  constructor(driver: Driver, calls: Calls) {
    this.#settle = new TickBatch("settle", calls, (batch, call) => driver.settle(batch, call));
    this.#renew = new TickBatch("extend", calls, (batch, call) => driver.renew(batch, call));
  }

  async settle(entry: SettleEntry, timeoutMs: number): Promise<void> {
    const error = await this.#settle.add(entry, timeoutMs);
    if (error !== undefined) throw error;
  }

  async renew(entry: RenewEntry, timeoutMs: number): Promise<void> {
    const error = await this.#renew.add(entry, timeoutMs);
    if (error !== undefined) throw error;
  }
}
