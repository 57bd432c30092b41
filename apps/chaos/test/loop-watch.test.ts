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
