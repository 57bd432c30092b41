import type { Account } from "../oracle/check-journals.js";

/** What handlers were told of leases that ended while they were at work. */
export interface Tellings {
  /** Handlers that were told, and their messages handed to somebody else. */
  readonly told: number;
  /** Those that were told after that, or not at all. */
  readonly late: number;
}

/** How long the process `pid` was not let run between two instants, in milliseconds. */
export type Starved = (pid: number, fromMs: number, toMs: number) => number;

/**
 * Looks at the deliveries to `pids` that were followed by another one. A handler has to be told `earlyMs` before its lease ends, so from
 * then on it counts how long its process was not let run: by that the telling may be later. One that ended before had nothing to be told.
 */
export function tellings(
  account: Account,
  pids: ReadonlySet<number>,
  { earlyMs, starvedMs }: { readonly earlyMs: number; readonly starvedMs: Starved },
): Tellings {
  let told = 0;
  let late = 0;
  for (const { deliveries, ends, handledAtMs } of account.entries()) {
    for (const { pid, attempt, atMs } of deliveries) {
      const next = deliveries.find((delivery) => delivery.attempt === attempt + 1);
      if (!pids.has(pid) || next === undefined) continue;
      const telling = ends.find((each) => each.kind === "told" && each.pid === pid && each.attempt === attempt);
      told += Number(telling !== undefined);
      const lateMs = (telling?.atMs ?? Number.POSITIVE_INFINITY) - next.atMs;
      // One whose delivery was on the dead line for longer than its lease starts as one that was told.
      const isOver = atMs >= next.atMs || (telling === undefined && handledAtMs > atMs && handledAtMs < next.atMs);
      if (lateMs > 0 && !isOver) late += Number(lateMs > starvedMs(pid, next.atMs - earlyMs, next.atMs + lateMs));
    }
  }
  return { told, late };
}
