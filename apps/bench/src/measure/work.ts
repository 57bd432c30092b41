import type { Contender } from "./contender.js";

/** Something that is done by several contenders side by side. */
export interface Work {
  readonly id: string;
  /** What is done, for the tables. */
  readonly title: string;
  /** It is one of several that differ in a number: they are plotted together. */
  readonly series?: Series;
  /** What is measured, the most telling first: names of quantities. */
  readonly quantities: readonly QuantityName[];
  readonly contenders: readonly Contender[];
  /** What PERFORMANCE.md asks for: each a ratio between two contenders of this work, or a limit. */
  readonly targets?: readonly Target[];
}

/** A work's place among others like it. */
export interface Series {
  readonly id: string;
  readonly title: string;
  readonly at: number;
}

/** What can be measured, and how it is shown. */
export const QUANTITIES = {
  perSecond: { title: "per second", better: "more", digits: 0 },
  p50Ms: { title: "p50, ms", better: "less", digits: 3 },
  p90Ms: { title: "p90, ms", better: "less", digits: 3 },
  p99Ms: { title: "p99, ms", better: "less", digits: 3 },
  p999Ms: { title: "p99.9, ms", better: "less", digits: 3 },
  ms: { title: "ms", better: "less", digits: 1 },
  us: { title: "µs", better: "less", digits: 2 },
  bytes: { title: "bytes", better: "less", digits: 0 },
  packages: { title: "packages", better: "less", digits: 0 },
  connections: { title: "connections", better: "less", digits: 0 },
  cpuShare: { title: "CPU, % of one core", better: "less", digits: 2 },
} as const;

/** How latencies are distributed: what half of them, nine in ten, 99 in 100 and 999 in 1,000 stay below. */
export const LATENCIES = ["p50Ms", "p90Ms", "p99Ms", "p999Ms"] as const satisfies readonly QuantityName[];

/** The name of a quantity. */
export type QuantityName = keyof typeof QUANTITIES;

/** What a contender has to reach, measured against another one in the same rounds, or against a number. */
export interface Target {
  readonly contender: string;
  readonly quantity: QuantityName;
  /** The contender that it is measured against; left out: the number itself counts. */
  readonly against?: string;
  /** At least (or, where less is better, at most) so many times what `against` has; or the number itself. */
  readonly bound: number;
}
