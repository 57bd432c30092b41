import { checkClock } from "./check-clock.js";
import { checkNumber } from "./check-number.js";
import { checkFunction, readOptions } from "./check-options.js";
import { checkRandom } from "./check-random.js";
import { type Clock, systemClock } from "./clock.js";
import { type Limits, resolveLimits } from "./limits.js";
import type { TransportOptions } from "./transport-options.js";
import { createId } from "./uuid.js";

/** Every option of a transport, filled in. */
export interface ResolvedTransportOptions {
  readonly timeoutMs: number;
  readonly limits: Limits;
  readonly maxDeliveries: number;
  readonly retryBackoff: { readonly minMs: number; readonly maxMs: number };
  readonly mailboxIdleMs: number;
  readonly onError: TransportOptions["onError"];
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
}

const DAY_MS = 86_400_000;

/** Longest timeout, lease or delay that is taken for meant: 30 days. */
export const LONGEST_MS = 30 * DAY_MS;

export function resolveTransportOptions(given: TransportOptions): ResolvedTransportOptions {
  const options = readOptions(given);
  const { clock = systemClock, onError } = options;
  const { retryBackoff: bounds = { minMs: 1_000, maxMs: 300_000 } } = options;
  const retryBackoff = readOptions(bounds, "retryBackoff");
  const minMs = checkNumber("retryBackoff.minMs", retryBackoff.minMs, { min: 0, max: LONGEST_MS });
  return {
    timeoutMs: checkNumber("timeoutMs", options.timeoutMs ?? 5_000, { min: 1, max: LONGEST_MS }),
    limits: resolveLimits(options),
    maxDeliveries: checkNumber("maxDeliveries", options.maxDeliveries ?? 5, { min: 1, max: 1_000_000, integer: true }),
    retryBackoff: {
      minMs,
      maxMs: checkNumber("retryBackoff.maxMs", retryBackoff.maxMs, { min: minMs, max: LONGEST_MS }),
    },
    mailboxIdleMs: checkNumber("mailboxIdleMs", options.mailboxIdleMs ?? 7 * DAY_MS, { min: 1, max: 3_650 * DAY_MS }),
    onError: onError === undefined ? undefined : checkFunction("onError", onError),
    clock: checkClock(clock),
    random: checkRandom(options.random ?? Math.random),
    createId: checkFunction("createId", options.createId ?? (() => createId())),
  };
}
