import type { Account, Finding } from "../oracle/check-journals.js";
import type { DeliveryNote, Entry } from "../oracle/ledger.js";
import type { Outage } from "./outages.js";

/** What is accepted is written down a moment later; and a replica that follows is a moment behind. */
const MARGIN_MS = 1_000;

/** What a promotion does not explain. */
export interface UndoneByPromotion {
  /** Lost, though accepted at a time when the replica followed. */
  readonly lostOtherwise: Finding;
  readonly ackedTwiceOtherwise: Finding;
  readonly repeatedOtherwise: Finding;
}

/** Holds what happened to each message against the promotions: from when a replica was cut off until its former primary followed it. */
export function undoneByPromotion(account: Account, promotions: readonly Outage[]): UndoneByPromotion {
  const lost: string[] = [];
  const ackedTwice: string[] = [];
  const repeated: string[] = [];
  const between = (fromMs: number, toMs: number): boolean =>
    promotions.some((promotion) => promotion.fromMs - MARGIN_MS < toMs && fromMs < promotion.toMs + MARGIN_MS);
  for (const entry of account.entries()) {
    const { id, accepted, acceptedAtMs, handled, acks } = entry;
    const isExplained = repeatsOf(entry).every(([one, next]) => between(one.atMs, next.atMs));
    if (accepted && !handled && !between(acceptedAtMs, acceptedAtMs)) lost.push(id);
    if (acks > 1 && !isExplained) ackedTwice.push(id);
    if (!isExplained) repeated.push(id);
  }
  return {
    lostOtherwise: finding(lost),
    ackedTwiceOtherwise: finding(ackedTwice),
    repeatedOtherwise: finding(repeated),
  };
}

/** Each delivery with the one after it. */
function repeatsOf({ deliveries }: Entry): (readonly [DeliveryNote, DeliveryNote])[] {
  return deliveries.slice(1).map((next, index) => [deliveries[index] as DeliveryNote, next] as const);
}

function finding(ids: readonly string[]): Finding {
  return { count: ids.length, ids };
}
