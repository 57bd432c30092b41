import type { Account } from "../oracle/check-journals.js";

/**
 * For each message that was sent and delivered, and first attempted at `fromMs` or later: milliseconds from before its send to its first
 * delivery, sorted.
 */
export function firstDeliveryWaits(account: Account, fromMs: number): Float64Array {
  const waits: number[] = [];
  for (const { attemptedAtMs, deliveries } of account.entries()) {
    const [first] = deliveries;
    if (attemptedAtMs >= fromMs && first !== undefined) waits.push(account.took(attemptedAtMs, first.atMs));
  }
  return Float64Array.from(waits).sort();
}
