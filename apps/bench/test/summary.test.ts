import { expect, test } from "vitest";
import { latencies, quantile, rate, sumUp } from "../src/measure/summary.js";

test("rounds are summed up by their median, and by the least and the most of them", () => {
  expect(sumUp([{ ms: 3 }, { ms: 1 }, { ms: 9 }])).toEqual({ ms: { median: 3, least: 1, most: 9 } });
  expect(sumUp([{ ms: 1 }, { ms: 2 }]).ms?.median).toBe(1.5);
});

test("quantiles lie between the numbers where none stands just there", () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([10, 20, 30], share))).toEqual([10, 15, 20, 30]);
  expect(() => quantile([], 0.5)).toThrow(RangeError);
  expect(latencies(Array.from({ length: 1_001 }, (_, ms) => 1_000 - ms))).toEqual({
    p50Ms: 500,
    p90Ms: 900,
    p99Ms: 990,
    p999Ms: 999,
  });
});

test("a rate is by the second", () => {
  expect(rate(500, 250)).toBe(2_000);
});
