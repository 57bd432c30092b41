import type { Account, Finding } from "../oracle/check-journals.js";
import { atLeast, none } from "./checks.js";
import type { Outage } from "./outages.js";
import type { Check } from "./row.js";

/** A replica has heard of a delivery that was made so long before its primary was lost. */
export const HEARD_MS = 1_000;

/**
 * That handlers were at work through outages, and that nobody else was handed what they had before they were told. What was handed
 * out right before an outage, or in it, is left out: the replica that was promoted need not know of it.
 */
export function workThroughChecks(account: Account, outages: readonly Outage[]): Check[] {
  const { through, doubled } = workThrough(account, outages);
  return [
    atLeast("handlers at work through one of them", through, outages.length),
    none("what they had handed out once more before they were told", doubled),
  ];
}

function workThrough(account: Account, outages: readonly Outage[]): { through: number; doubled: Finding } {
  const ids: string[] = [];
  let through = 0;
  for (const { id, deliveries, handledAtMs, ends } of account.entries()) {
    const [first, second] = deliveries;
    if (first === undefined || outages.some(({ fromMs, toMs }) => isWithin(first.atMs, fromMs - HEARD_MS, toMs)))
      continue;
    if (!outages.some(({ fromMs }) => isWithin(fromMs, first.atMs, handledAtMs))) continue;
    through += 1;
    if (second === undefined || second.atMs > handledAtMs) continue;
    const isTold = ends.some(({ kind, pid, atMs }) => kind === "told" && pid === first.pid && atMs < second.atMs);
    if (!isTold) ids.push(id);
  }
  return { through, doubled: { count: ids.length, ids } };
}

function isWithin(atMs: number, fromMs: number, toMs: number): boolean {
  return fromMs < atMs && atMs < toMs;
}
