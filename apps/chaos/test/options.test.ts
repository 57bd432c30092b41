import { expect, test } from "vitest";
import { type ChaosOptions, parseOptions } from "../src/cli/options.js";
import { UserError } from "../src/cli/user-error.js";
import { ALL_ROWS } from "../src/rows/all-rows.js";

function parse(...argv: readonly string[]): ChaosOptions {
  const options = parseOptions({ argv, callerFolder: "/somewhere", newSeed: () => 123 });
  if (options === "help") throw new Error("help was asked for");
  return options;
}

test("without arguments it is everything, at full scale, with a new seed", () => {
  const options = parse();
  expect(options).toMatchObject({ mutants: true, seed: 123, scale: 1, missing: false });
  expect(options.rows).toEqual(ALL_ROWS);
  expect(options.out).toMatch(/docs.reliability\.json$/);
});

test("rows are named in either case, and options may stand anywhere", () => {
  const options = parse("--", "f1", "--seed", "42", "--scale", "0.1", "--out", "here.json");
  expect(options.rows.map(({ id }) => id)).toEqual(["F1"]);
  expect(options).toMatchObject({ mutants: false, seed: 42, scale: 0.1, out: "/somewhere/here.json" });
});

test("the mutants are asked for by name", () => {
  expect(parse("mutants")).toMatchObject({ mutants: true, rows: [] });
});

test.each([
  [["F99"], /no row "f99".*F1/],
  [["--seed", "x"], /--seed is "x"/],
  [["--seed", "1.5"], /whole number/],
  [["--seed", ""], /--seed is ""/],
  [["--scale", "0"], /--scale is "0"/],
  [["--nonsense"], /--nonsense.*--help/],
])("%j is told to be wrong in a sentence", (argv, sentence) => {
  expect(() => parse(...argv)).toThrow(UserError);
  expect(() => parse(...argv)).toThrow(sentence);
});

test("every row has an id of its own, a fault, an invariant and a scale for tests", () => {
  expect(new Set(ALL_ROWS.map(({ id }) => id)).size).toBe(ALL_ROWS.length);
  for (const { id, title, invariant, testScale } of ALL_ROWS) {
    expect(title, id).not.toBe("");
    expect(invariant, id).not.toBe("");
    expect(testScale, id).toBeGreaterThan(0);
  }
});
