import fc from "fast-check";
import { expect, test } from "vitest";
import type { InputClass } from "../src/input/input-class.js";
import { runClass } from "../src/input/run-class.js";

const environment = { redisUrl: "", namespace: "", folder: "" };
const job = { class: "numbers", seed: 1, from: 0, cases: 50, oneByOne: false, corpus: false, environment };

function numbers(parts: Partial<InputClass>): InputClass {
  return {
    name: "numbers",
    title: "numbers are numbers",
    cases: fc.nat(),
    batch: 10,
    async open() {
      return { async check() {}, async [Symbol.asyncDispose]() {} };
    },
    ...parts,
  };
}

test("a mistake of the harness ends it, and is not taken for a case that holds", async () => {
  const isGiant = (): never => {
    throw new Error("a mistake");
  };
  await expect(runClass(numbers({ isGiant }), job, () => {})).rejects.toMatchObject({
    cause: { message: "a mistake" },
  });
});

test("every case is checked, those of the last batch as well", async () => {
  let checked = 0;
  const open = async () => ({
    async check(cases: readonly unknown[]) {
      checked += cases.length;
    },
    async [Symbol.asyncDispose]() {},
  });
  expect(await runClass(numbers({ open }), { ...job, cases: 55 }, () => {})).toMatchObject({ cases: 55, failures: [] });
  expect(checked).toBe(55);
});

test("cases that are certain come first, and a failing one is named by its number", async () => {
  const checked: unknown[] = [];
  const open = async () => ({
    async check(cases: readonly unknown[]) {
      checked.push(...cases);
      if (cases.includes("second")) throw new Error("it is wrong");
    },
    async [Symbol.asyncDispose]() {},
  });
  const certain = ["first", "second", "third"];
  const { failures, cases } = await runClass(numbers({ open, certain }), job, () => {});
  expect(checked.slice(0, 3)).toEqual(certain);
  expect(cases).toBe(50);
  expect(failures).toMatchObject([{ path: "1", counterexample: '"second"' }]);
});
