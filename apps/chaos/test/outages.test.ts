import { expect, test } from "vitest";
import { byTheClock } from "../src/oracle/took.js";
import { outageChecks, outagesOf, underLoad } from "../src/rows/outages.js";

const accepted = Float64Array.from([100, 200, 300, 1_005, 1_008, 2_600, 2_700]);

test("an outage lasts until a send is accepted after the longest silence, not until old answers are read", () => {
  expect(outagesOf(accepted, [{ fromMs: 1_000, toMs: 2_500 }], byTheClock)).toEqual([1_600]);
});

test("each of several outages has its own end, and they are sorted", () => {
  const outages = [
    { fromMs: 1_000, toMs: 2_500 },
    { fromMs: 310, toMs: 900 },
  ];
  expect(outagesOf(accepted, outages, byTheClock)).toEqual([695, 1_600]);
});

test("an outage after which nothing was accepted never ends", () => {
  expect(outagesOf(accepted, [{ fromMs: 2_800, toMs: 2_900 }], byTheClock)).toEqual([Number.POSITIVE_INFINITY]);
});

test("an outage meets load if something was accepted in the second before it", () => {
  const busy = { fromMs: 1_299, toMs: 1_400 };
  const idle = { fromMs: 2_009, toMs: 2_100 };
  expect(underLoad(accepted, [busy, idle])).toEqual([busy]);
});

test("what is judged of an outage is how long it took by the row's stopwatch", () => {
  const outage = { fromMs: 1_000, toMs: 2_500 };
  const within = (mostMs: number): boolean[] => {
    const took = (fromMs: number, toMs: number): number => toMs - fromMs - 200;
    return outageChecks("kills", accepted, [outage], { times: 1, mostMs, took }).map(({ holds }) => holds);
  };
  expect(within(1_400)).toEqual([true, true]);
  expect(within(1_399)).toEqual([true, false]);
});
