/**
 * Capped exponential back-off with full jitter: a random time up to minMs × 2^(attempt − 1), at most maxMs. Full jitter
 * spreads the repeats of many receivers best; the lower half of minMs is kept, so that a retry is never immediate.
 */
export function backoffMs(
  attempt: number,
  bounds: { readonly minMs: number; readonly maxMs: number },
  random: () => number,
): number {
  const ceiling = Math.min(bounds.maxMs, bounds.minMs * 2 ** Math.min(attempt - 1, 40));
  const floor = Math.min(bounds.minMs / 2, ceiling);
  return Math.round(floor + random() * (ceiling - floor));
}
