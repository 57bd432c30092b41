import { expect, it, vi } from "vitest";
import { checkRandom } from "../src/check-random.js";
import { failure } from "./failure.js";

it("what a source of randomness returns is handed on", () => {
  expect([0, 0.5, 0.999].map((value) => checkRandom(() => value)())).toEqual([0, 0.5, 0.999]);
});

it.each<[string, unknown]>([
  ["returns no number", () => "0.5"],
  ["returns what is not a number", () => Number.NaN],
  ["returns 1", () => 1],
  ["returns less than 0", () => -0.1],
  ["returns a promise", async () => 0.5],
  ["cannot be called", class {}],
  [
    "throws",
    () => {
      throw undefined;
    },
  ],
])("a source of randomness that %s fails nothing: it is told of once, and replaced", (_, random) => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  try {
    const checked = checkRandom(random as () => number);
    for (const value of [checked(), checked(), checked()]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/^random .+: Math.random is used/), "AgentCommWarning"]]);
  } finally {
    warned.mockRestore();
  }
});

it("what is no function is refused at once", () => {
  expect(failure(() => checkRandom(0.5 as never)).message).toContain("random");
});
