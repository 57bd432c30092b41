import type { Calls } from "./calls.js";
import { checkNumber } from "./check-number.js";
import { checkReason } from "./check-options.js";
import type { Driver, RenewEntry, SettleEntry } from "./driver.js";
import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";
import { LONGEST_MS } from "./resolve-transport-options.js";
import { TickBatch, type Waiting } from "./tick-batch.js";
import type { SettleAction } from "./transport.js";

const DEFAULT_LEASE_MS = 30_000;

/** Settles and renews deliveries by their tokens, what is asked for in one tick together. */
export class Settlements {
  readonly #settle: TickBatch<SettleEntry, undefined>;
  readonly #renew: TickBatch<RenewEntry, undefined>;
  readonly #checkDelay: (delayMs: number) => void;

  /** `checkDelay` throws NOT_SUPPORTED if the driver cannot delay. */
  constructor(driver: Driver, calls: Calls, checkDelay: (delayMs: number) => void) {
    // First, so that what is done is gone before the next comes: else twice as much is under way in memory, which costs 5 %.
    const first = true;
    this.#settle = new TickBatch("settle", calls, (batch, call) => driver.settle(batch, call), { first });
    this.#renew = new TickBatch("extend", calls, (batch, call) => driver.renew(batch, call));
    this.#checkDelay = checkDelay;
  }

  settle(entry: SettleEntry, timeoutMs: number): Promise<void> {
    return this.#settle.add(entry, timeoutMs);
  }

  /** As `settle`, telling it in place of a promise. */
  tell(entry: SettleEntry, timeoutMs: number, who: Waiting<undefined>): void {
    this.#settle.tell(entry, timeoutMs, who);
  }

  renew(entry: RenewEntry, timeoutMs: number): Promise<void> {
    return this.#renew.add(entry, timeoutMs);
  }

  /** Does what a caller asked for in words: checks the action and fills in what it leaves out. */
  async apply(token: string, action: SettleAction, timeoutMs: number): Promise<void> {
    switch (action.kind) {
      case "ack":
        return await this.settle({ token, action: { kind: "ack" } }, timeoutMs);
      case "retry": {
        const reason = action.reason === undefined ? {} : { reason: checkReason(action.reason) };
        const delayMs = checkNumber("delayMs", action.delayMs ?? 0, { min: 0, max: LONGEST_MS });
        this.#checkDelay(delayMs);
        return await this.settle({ token, action: { kind: "retry", delayMs, ...reason } }, timeoutMs);
      }
      case "reject": {
        const detail = checkReason(action.reason);
        return await this.settle({ token, action: { kind: "dead", reason: "rejected", detail } }, timeoutMs);
      }
      case "extend": {
        const leaseMs = checkNumber("leaseMs", action.leaseMs ?? DEFAULT_LEASE_MS, { min: 1, max: LONGEST_MS });
        return await this.renew({ token, leaseMs }, timeoutMs);
      }
      default: {
        const { kind } = action as { kind?: unknown };
        throw invalidOption("action.kind", `is ${quote(kind)}: use "ack", "retry", "reject" or "extend"`);
      }
    }
  }
}
