import type { Clock } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { Timetable } from "../src/timetable.js";

/** A clock that a test moves. Like Node's, it holds no timer for longer than 2³¹ − 1 ms. */
function handClock(): Clock & { advance(ms: number): void } {
  let time = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => time,
    monotonic: () => time,
    timer(ms, run) {
      if (ms > 2 ** 31 - 1) throw new Error(`a timer of ${ms} ms`);
      const timer = { at: time + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        time = next.at;
        next.run();
      }
      time = end;
    },
  };
}

function timetable() {
  const clock = handClock();
  return { clock, table: new Timetable(clock), done: [] as string[] };
}

test("what is due is done then, and not what was canceled", () => {
  const { clock, table, done } = timetable();
  table.after(10, () => done.push("a"));
  const cancel = table.after(10, () => done.push("b"));
  cancel();
  clock.advance(9);
  expect(done).toEqual([]);
  clock.advance(1);
  expect(done).toEqual(["a"]);
});

test("for who polls, what falls due waits for the poll", () => {
  const { clock, table, done } = timetable();
  table.polled = true;
  table.after(10, () => done.push("a"));
  const cancel = table.after(10, () => done.push("b"));
  clock.advance(100);
  expect(done).toEqual([]);
  cancel();
  table.runDue();
  expect(done).toEqual(["a"]);
});

test("who stops polling gets at once what fell due", () => {
  const { clock, table, done } = timetable();
  table.polled = true;
  table.after(10, () => done.push("a"));
  clock.advance(10);
  table.polled = false;
  expect(done).toEqual(["a"]);
});

test("thirty days are thirty days, though no timer is that long", () => {
  const { clock, table, done } = timetable();
  const thirtyDays = 30 * 86_400_000;
  table.after(thirtyDays, () => done.push("a"));
  clock.advance(thirtyDays - 1);
  expect(done).toEqual([]);
  clock.advance(1);
  expect(done).toEqual(["a"]);
});

test("cleared, it does nothing more", () => {
  const { clock, table, done } = timetable();
  table.after(10, () => done.push("a"));
  table.polled = true;
  table.after(5, () => done.push("b"));
  clock.advance(6);
  table.clear();
  table.runDue();
  clock.advance(100);
  expect(done).toEqual([]);
});
