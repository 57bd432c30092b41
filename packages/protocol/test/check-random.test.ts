import { expect, it } from "vitest";
import { checkRandom } from "../src/check-random.js";
import { failure } from "./failure.js";

it("what a source of randomness returns is handed on", () => {
  expect([0, 0.5, 1].map((value) => checkRandom(() => value)())).toEqual([0, 0.5, 1]);
});

it.each<[string, unknown]>([
  ["returns no number", () => "0.5"],
  ["returns what is not a number", () => Number.NaN],
  ["returns too much", () => 2],
  ["returns a promise", async () => 0.5],
  ["cannot be called", class {}],
])("a source of randomness that %s is refused when it is called", (_, random) => {
  expect(failure(checkRandom(random as () => number))).toMatchObject({ code: "INVALID_OPTIONS", outcome: "none" });
});

it("what is no function is refused at once", () => {
  expect(failure(() => checkRandom(0.5 as never)).message).toContain("random");
});
