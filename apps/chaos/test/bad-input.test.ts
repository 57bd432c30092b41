import { expect, test } from "vitest";
import { noFailures } from "../src/rows/bad-input.js";

const failure = { message: "it was not refused", seed: 42, path: "7:1", counterexample: '{"place":"a role","id":""}' };

test("what did not hold is told with the case that shows it, so that it can be kept", () => {
  expect(noFailures("ids", [])).toMatchObject({ measured: 0, holds: true });
  expect(noFailures("ids", [failure, failure])).toEqual({
    claim: "ids: what did not hold",
    measured: '2: it was not refused (seed 42, path 7:1): {"place":"a role","id":""}',
    allowed: "0",
    holds: false,
  });
});

test("of a case that is still long the beginning is told", () => {
  const { measured } = noFailures("ids", [{ ...failure, counterexample: "x".repeat(1_000_000) }]);
  expect(String(measured)).toMatch(/: x{1000}…$/);
});
