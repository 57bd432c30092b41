import { describe, expect, it } from "vitest";
import { backoffMs } from "../src/backoff.js";

const bounds = { minMs: 1_000, maxMs: 300_000 };

describe("back-off", () => {
  it("doubles its ceiling with each attempt, up to the cap", () => {
    const ceilings = [1, 2, 3, 9, 10, 1_000].map((attempt) => backoffMs(attempt, bounds, () => 1));
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });

  it("spreads over the whole range but never repeats at once", () => {
    expect(backoffMs(5, bounds, () => 0)).toBe(500);
    expect(backoffMs(5, bounds, () => 0.5)).toBe(8_250);
  });

  it("may be switched off", () => {
    expect(backoffMs(3, { minMs: 0, maxMs: 0 }, () => 0.7)).toBe(0);
  });
});
