import type { Account } from "../oracle/check-journals.js";
import { quantile } from "../oracle/quantile.js";
import type { Took } from "../oracle/took.js";
import { atLeast, atMost } from "./checks.js";
import type { Check } from "./row.js";

/** A time during which the store was away, on the clock of the journals. */
export interface Outage {
  readonly fromMs: number;
  /** When the store answered the harness again. */
  readonly toMs: number;
}

/** When sends of one sender were accepted, sorted. */
export function acceptedFrom(account: Account, sender: number): Float64Array {
  const found: number[] = [];
  for (const { id, acceptedAtMs } of account.entries()) {
    if (acceptedAtMs > 0 && id.startsWith(`${sender}.`)) found.push(acceptedAtMs);
  }
  return Float64Array.from(found).sort();
}

/** How long sends were kept up by each outage, sorted: from its begin until a send was accepted again, in milliseconds. */
export function outagesOf(acceptedAtMs: Float64Array, outages: readonly Outage[], took: Took): number[] {
  return outages.map((outage) => took(outage.fromMs, endOfSilence(acceptedAtMs, outage))).sort((a, b) => a - b);
}

/**
 * Answers from before the outage may be read after it began, so it is not the first acceptance that ends it, but the one
 * after the longest silence. Infinity if nothing was accepted any more.
 */
function endOfSilence(acceptedAtMs: Float64Array, { fromMs, toMs }: Outage): number {
  let longest = 0;
  let end = Number.POSITIVE_INFINITY;
  for (let index = firstAfter(acceptedAtMs, fromMs); index < acceptedAtMs.length; index++) {
    const before = acceptedAtMs[index - 1] ?? fromMs;
    const at = acceptedAtMs[index] as number;
    if (at - before > longest) {
      longest = at - before;
      end = at;
    }
    if (at > toMs) break;
  }
  return end;
}

/** The position of the first that is later. */
function firstAfter(sorted: Float64Array, atMs: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) > atMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Those of them before which messages were being accepted: within their last second. */
export function underLoad(acceptedAtMs: Float64Array, outages: readonly Outage[]): Outage[] {
  return outages.filter(({ fromMs }) => {
    return firstAfter(acceptedAtMs, fromMs) > firstAfter(acceptedAtMs, fromMs - 1_000);
  });
}

/** That each of `times` outages met load, and how soon sends were accepted again. */
export function outageChecks(
  what: string,
  acceptedAtMs: Float64Array,
  outages: readonly Outage[],
  { times, mostMs, took }: { readonly times: number; readonly mostMs: number; readonly took: Took },
): Check[] {
  return [
    atLeast(`${what} while messages were being accepted`, underLoad(acceptedAtMs, outages).length, times),
    atMost("outage p99", quantile(outagesOf(acceptedAtMs, outages, took), 0.99), mostMs, " ms"),
  ];
}
