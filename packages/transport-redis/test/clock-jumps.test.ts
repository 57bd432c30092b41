import { type Clock, systemClock } from "@agentcomm/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StoreClock } from "../src/store-clock.js";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** A monotonic clock that can be set: to a process with it, the store's clock seems to jump by as much the other way. */
function adjustableClock(): Clock & { shiftMs: number } {
  const clock = { ...systemClock, shiftMs: 0, monotonic: () => systemClock.monotonic() + clock.shiftMs };
  return clock;
}

test.each([
  ["forward", -60_000],
  ["back", 60_000],
])(
  "when the store's clock jumps %s, no lease is taken for over before it has run anew, and it is told",
  async (direction, shiftMs) => {
    const agent = `bob-${direction}`;
    const clock = adjustableClock();
    const other = scene.transport({ clock });
    await other.receive(agent);
    const holder = scene.transport();
    await holder.send(note(agent, 1));
    const [held] = await holder.receive(agent, { leaseMs: 1_000 });
    const takenAt = performance.now();
    await expect.poll(() => performance.now() - takenAt).toBeGreaterThan(700);
    clock.shiftMs = shiftMs;
    // The lease ends during this wait, but has begun anew at its start.
    expect(await other.receive(agent, { waitMs: 800, timeoutMs: 600_000 })).toEqual([]);
    await held?.ack();
    const told = scene.troubles.map((trouble) => trouble.message);
    expect(told.filter((message) => message.includes(`jumped ${direction}`))).toHaveLength(1);
  },
);

test("a dead holder's message is offered again, one lease after a jump", async () => {
  const clock = adjustableClock();
  const other = scene.transport({ clock });
  await other.receive("carol");
  const holder = scene.transport();
  await holder.send(note("carol", 1));
  await holder.receive("carol", { leaseMs: 300 });
  clock.shiftMs = 60_000;
  expect((await other.receive("carol", { waitMs: 2_000, timeoutMs: 600_000 })).map(numberOf)).toEqual([1]);
});

test("an answer that took long is no jump, a time that no delay explains is one", () => {
  const at = { now: 0 };
  const time = new StoreClock({ ...systemClock, monotonic: () => at.now });
  expect(time.expected()).toBe(-1);
  expect(time.learn(1_000_000, 0)).toBe(0);
  // Asked at 100, answered at 30,100: the store stood still, and its clock is right.
  at.now = 30_100;
  expect(time.learn(1_030_100, 100)).toBe(0);
  at.now = 31_000;
  expect(time.learn(1_091_000, 31_000)).toBeGreaterThan(30_000);
  at.now = 32_000;
  expect(time.learn(1_092_000, 32_000)).toBe(0);
  expect(time.learn(1_000_000, 32_000)).toBeLessThan(-60_000);
});
