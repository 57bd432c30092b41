import { describe, expect, it } from "vitest";
import { checkNumber } from "../src/check-number.js";
import { failure } from "./failure.js";

describe("checkNumber", () => {
  it("returns what is in the range, its ends included", () => {
    expect(checkNumber("limit", 1, { min: 1, max: 10, integer: true })).toBe(1);
    expect(checkNumber("limit", 10, { min: 1, max: 10, integer: true })).toBe(10);
    expect(checkNumber("share", 0.5, { min: 0, max: 1 })).toBe(0.5);
    expect(checkNumber("delayMs", 1e300, { min: 0 })).toBe(1e300);
  });

  it.each([0, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null, undefined, 5n, {}])("refuses %s", (value) => {
    expect(failure(() => checkNumber("limit", value, { min: 1, max: 10, integer: true }))).toMatchObject({
      code: "INVALID_OPTIONS",
      details: { option: "limit" },
      outcome: "none",
    });
  });

  it("refuses what is not finite also where no limit is set", () => {
    expect(failure(() => checkNumber("delayMs", Number.POSITIVE_INFINITY, { min: 0 })).message).toBe(
      "delayMs is Infinity: give a number from 0 up",
    );
  });

  it("says what may be given", () => {
    expect(failure(() => checkNumber("limit", "many", { min: 1, max: 10, integer: true })).message).toBe(
      'limit is "many": give a whole number from 1 to 10',
    );
  });
});
