/** What was measured in one round: quantities by their names, such as `perSecond` or `p50Ms`. */
export type Measured = Readonly<Record<string, number>>;

/** A quantity over all rounds. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Sums up the rounds of one contender. */
export function sumUp(rounds: readonly Measured[]): Readonly<Record<string, Summary>> {
  const names = new Set(rounds.flatMap((round) => Object.keys(round)));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = rounds.flatMap((round) => round[name] ?? []).sort((a, b) => a - b);
      return [name, { median: quantile(values, 0.5), least: values[0] as number, most: values.at(-1) as number }];
    }),
  );
}

/** A quantile of sorted numbers; between two of them when none stands just there. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) throw new RangeError("there is no quantile of nothing");
  return below + (above - below) * (position - Math.floor(position));
}

/** Times in milliseconds, as quantities. */
export function latencies(timesMs: readonly number[] | Float64Array): Measured {
  const sorted = Float64Array.from(timesMs).sort();
  return {
    p50Ms: quantile(sorted, 0.5),
    p90Ms: quantile(sorted, 0.9),
    p99Ms: quantile(sorted, 0.99),
    p999Ms: quantile(sorted, 0.999),
  };
}

/** How often a second something was done, if `count` of it took `ms`. */
export function rate(count: number, ms: number): number {
  return (count * 1_000) / ms;
}
