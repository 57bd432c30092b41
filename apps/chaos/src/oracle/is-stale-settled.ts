import type { Entry } from "./ledger.js";

/**
 * Whether somebody who had lost the lease changed something all the same. An ack or a rejection is the end of a message: if it
 * counted, there is no later delivery, whenever that was written down. A retry and a prolonging go before later deliveries, so they
 * were stale only if a later delivery had been written down before they were asked for.
 */
export function isStaleSettled({ deliveries, acks, ackedAttempt, ends }: Entry): boolean {
  const newest = deliveries.reduce((most, { attempt }) => Math.max(most, attempt), 0);
  if (acks > 0 && newest > ackedAttempt) return true;
  return ends.some(({ kind, done, attempt, atMs }) => {
    if (!done) return false;
    if (kind === "reject") return acks > 0 || newest > attempt;
    return deliveries.some((delivery) => delivery.attempt > attempt && delivery.atMs < atMs);
  });
}
