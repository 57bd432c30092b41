import type { Damage } from "../faults/store-vandal.js";
import type { Account, Finding } from "../oracle/check-journals.js";

/** What was lost and what was stored twice in a store that was damaged, as far as damage does not account for it. */
export interface DamageAccount {
  /** Accepted, never handled, and among what some damage took out of the store. */
  readonly lostToDamage: Finding;
  /** Accepted, never handled, and no damage took it. What still lies in the store is among them. */
  readonly lostOtherwise: Finding;
  /** Delivered as a first attempt more than once, with no damage that could have made it one again. */
  readonly storedTwice: Finding;
}

/**
 * Holds the journals against what each damage is known to have taken. Who destroys a group makes the store forget who has got what:
 * what is delivered again then counts as a first attempt. So two first attempts of one message are two copies of it only if
 * no damage lies between its send and the second one.
 */
export function accountForDamage(account: Account, damages: readonly Damage[]): DamageAccount {
  const taken = new Set(damages.flatMap((damage) => damage.taken));
  const lostToDamage: string[] = [];
  const lostOtherwise: string[] = [];
  const storedTwice: string[] = [];
  for (const { id, accepted, handled, attemptedAtMs, deliveries } of account.entries()) {
    if (accepted && !handled) (taken.has(id) ? lostToDamage : lostOtherwise).push(id);
    const [, ...anew] = deliveries.filter(({ attempt }) => attempt === 1);
    const isExplained = (atMs: number): boolean =>
      damages.some(({ fromMs, toMs }) => toMs >= attemptedAtMs && fromMs <= atMs);
    if (anew.some(({ atMs }) => !isExplained(atMs))) storedTwice.push(id);
  }
  return {
    lostToDamage: finding(lostToDamage),
    lostOtherwise: finding(lostOtherwise),
    storedTwice: finding(storedTwice),
  };
}

function finding(ids: readonly string[]): Finding {
  return { count: ids.length, ids };
}
