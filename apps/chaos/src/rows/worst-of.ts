/** The last of sorted milliseconds, rounded; null if there are none. */
export function worstOf(sortedMs: ArrayLike<number>): number | null {
  const worst = sortedMs[sortedMs.length - 1];
  return worst === undefined ? null : Math.round(worst);
}
