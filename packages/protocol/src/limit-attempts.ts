import { checkNumber } from "./check-number.js";
import type { Clock } from "./clock.js";
import { AgentCommError } from "./errors.js";
import type { LeasedDelivery } from "./leased-delivery.js";
import { LONGEST_MS } from "./resolve-transport-options.js";

/**
 * A handler that gets `attemptTimeoutMs`: after that its signal fires and what it returned rejects with TIMEOUT, whatever it still
 * does. Throws INVALID_OPTIONS.
 */
export function limitAttempts(
  handler: (delivery: LeasedDelivery) => Promise<unknown>,
  attemptTimeoutMs: number,
  clock: Clock,
): (delivery: LeasedDelivery) => Promise<unknown> {
  checkNumber("attemptTimeoutMs", attemptTimeoutMs, { min: 1, max: LONGEST_MS });
  return async (delivery) => {
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      const end = (): void => {
        const what = `the handler did not end within its ${attemptTimeoutMs} ms`;
        const error = new AgentCommError("TIMEOUT", what, { outcome: "unknown" });
        delivery.lose(error);
        reject(error);
      };
      // While a handler runs, the renewal of its lease keeps the process alive.
      cancel = clock.timer(attemptTimeoutMs, end);
    });
    try {
      return await Promise.race([handler(delivery), late]);
    } finally {
      cancel();
    }
  };
}
