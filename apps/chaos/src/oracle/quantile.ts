/** The value below which that share of `sorted` lies; 0 if there is none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.min(Math.ceil(sorted.length * share), sorted.length) - 1] as number;
}
