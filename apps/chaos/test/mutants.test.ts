import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ALL_MUTANTS } from "../src/mutants/all-mutants.js";
import { mutate } from "../src/mutants/mutant.js";
import { trialOf } from "../src/mutants/run-mutants.js";
import { atLeast, atMost, noLess } from "../src/rows/checks.js";
import type { Check } from "../src/rows/row.js";

const built = (file: string) => join(dirname(fileURLToPath(import.meta.url)), "../../../packages", file);

test("there are nine mutants, each with a name of its own", () => {
  expect(new Set(ALL_MUTANTS.map(({ name }) => name)).size).toBe(9);
});

test.each(ALL_MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  "%s is made from the library as it is built now",
  async (_, mutant) => {
    const source = await readFile(built(mutant.file), "utf8");
    expect(mutate(source, mutant)).not.toBe(source);
  },
);

test("a claim that shows the load alone catches no mutant: the trial was none", () => {
  const trial = (checks: readonly Check[]) =>
    trialOf({
      row: "F1",
      title: "",
      invariant: "",
      seed: 1,
      scale: 1,
      startedAt: "",
      seconds: 1,
      verdict: checks.every(({ holds }) => holds) ? "holds" : "fails",
      checks,
    });
  expect(trial([atLeast("kills", 3, 3), atMost("lost", 0, 0)])).toMatchObject({ verdict: "not caught" });
  expect(trial([atLeast("kills", 2, 3), atMost("lost", 0, 0)])).toMatchObject({ verdict: "broken", by: ["kills: 2"] });
  expect(trial([atLeast("kills", 2, 3), atMost("lost", 1, 0)])).toMatchObject({ verdict: "caught", by: ["lost: 1"] });
  expect(trial([noLess("throughput left", 0.8, 0.9)])).toMatchObject({ verdict: "caught" });
});

test("a mutant whose place is gone, or stands there twice, is told of", () => {
  const [mutant] = ALL_MUTANTS as [(typeof ALL_MUTANTS)[number]];
  expect(() => mutate("", mutant)).toThrow(/0 times/);
  expect(() => mutate(`${mutant.find} ${mutant.find}`, mutant)).toThrow(/2 times/);
});
