import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

const LOOK_AGAIN_MS = 10;

/** Resolves to what `check` returns as soon as it no longer throws; rejects with its last error after `withinMs`. */
export async function eventually<T>(withinMs: number, check: () => T | Promise<T>): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= end) throw error;
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** Resolves once `check` has held, again and again, for `ms`; rejects as soon as it throws. */
export async function throughout(ms: number, check: () => unknown): Promise<void> {
  const end = performance.now() + ms;
  do {
    await check();
    await pause(LOOK_AGAIN_MS);
  } while (performance.now() < end);
}

/** Resolves once the machine's clock shows more than `epochMs`. */
export async function untilAfter(epochMs: number): Promise<void> {
  while (Date.now() <= epochMs) await pause(Math.min(LOOK_AGAIN_MS, epochMs - Date.now() + 1));
}

/**
 * Begins to watch how long this process is kept from running, by its own work or by others on the machine. What it returns
 * tells the longest such time so far, in milliseconds: what a bound in wall time must be widened by to be fair.
 */
export function watchHoldUps(): () => number {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  return () => {
    delays.disable();
    return delays.max / 1e6;
  };
}
