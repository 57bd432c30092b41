import type { Account, Finding } from "../oracle/check-journals.js";
import type { DeliveryNote, Entry } from "../oracle/ledger.js";
import type { Outage } from "./outages.js";

/** What the former primary had handed out is written down a moment later. */
const MARGIN_MS = 250;

/** What a promotion does not explain. */
export interface UndoneByPromotion {
  /** How many messages were accepted at such a time: if one of them is lost, it is lost otherwise. */
  readonly judged: number;
  /** Lost, though accepted at a time when the replica followed. */
  readonly lostOtherwise: Finding;
  readonly ackedTwiceOtherwise: Finding;
  readonly repeatedOtherwise: Finding;
}

/** Holds what happened to each message against the promotions: from when a replica was cut off until its former primary followed it. */
export function undoneByPromotion(account: Account, promotions: readonly Outage[]): UndoneByPromotion {
  let judged = 0;
  const lost: string[] = [];
  const ackedTwice: string[] = [];
  const repeated: string[] = [];
  const between = (fromMs: number, toMs: number): boolean =>
    promotions.some((promotion) => promotion.fromMs < toMs && fromMs < promotion.toMs + MARGIN_MS);
  for (const entry of account.entries()) {
    const { id, accepted, attemptedAtMs, acceptedAtMs, handled, acks } = entry;
    const isExplained = repeatsOf(entry).every(([one, next]) => between(one.atMs, next.atMs));
    const isJudged = accepted && !between(attemptedAtMs, acceptedAtMs);
    judged += Number(isJudged);
    if (isJudged && !handled) lost.push(id);
    if (acks > 1 && !isExplained) ackedTwice.push(id);
    if (!isExplained) repeated.push(id);
  }
  return {
    judged,
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
