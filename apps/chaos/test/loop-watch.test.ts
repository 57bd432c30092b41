import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { LoopWatch } from "../src/actors/loop-watch.js";

const HELD_UP_MS = 200;

/** Holds the event loop up. Resolves to how long that took, and how much of it the watch calls starved. */
async function watchHoldUp(holdUp: () => void): Promise<{ readonly tookMs: number; readonly starvedMs: number }> {
  const watch = new LoopWatch();
  try {
    await setTimeout(30);
    const from = performance.now();
    holdUp();
    const to = performance.now();
    return { tookMs: to - from, starvedMs: watch.starvedMs(from, to) };
  } finally {
    watch.stop();
  }
}

test("time in which a process is not let run is starved", async () => {
  const { tookMs, starvedMs } = await watchHoldUp(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_UP_MS);
  });
  expect(starvedMs).toBeGreaterThan(HELD_UP_MS / 2);
  expect(starvedMs).toBeLessThanOrEqual(tookMs);
});

test("time in which it computes is its own", async () => {
  const { tookMs, starvedMs } = await watchHoldUp(() => {
    // Measured by the thread's own time: on a busy machine more goes by.
    for (const start = process.threadCpuUsage().user; process.threadCpuUsage().user - start < HELD_UP_MS * 1_000; );
  });
  expect(starvedMs).toBeLessThanOrEqual(tookMs - HELD_UP_MS);
});

test("it is asked about any time since it began, on the clock that it was given", async () => {
  const aheadMs = 1_000_000;
  const watch = new LoopWatch({ now: () => performance.now() + aheadMs });
  const holdUp = (): number => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_UP_MS);
    return performance.now() + aheadMs;
  };
  try {
    const start = performance.now() + aheadMs;
    const first = holdUp();
    await setTimeout(30);
    const from = performance.now() + aheadMs;
    const second = holdUp();
    expect(watch.starvedMs(from, second)).toBeGreaterThan(HELD_UP_MS / 2);
    expect(watch.starvedMs(start, first)).toBeGreaterThan(HELD_UP_MS / 2);
    expect(watch.starvedMs(start, second)).toBeGreaterThan(HELD_UP_MS);
    expect(watch.starvedMs(second + 1_000, Number.POSITIVE_INFINITY)).toBe(0);
    expect(watch.starvedMs(0, start)).toBe(0);
  } finally {
    watch.stop();
  }
});

test("stalls that are shorter than it looks at are overlooked", () => {
  const watch = new LoopWatch({ leastMs: 100_000 });
  const from = performance.now();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_UP_MS);
  expect(watch.starvedMs(from, performance.now())).toBe(0);
  watch.stop();
});
