import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fillPage } from "../src/report/page.js";
import { writePage } from "../src/report/page-file.js";
import { hasRow, keepMutants, keepRow, readResults } from "../src/report/results-file.js";
import type { RowResult } from "../src/rows/run-row.js";

const DOCS = fileURLToPath(new URL("../../../docs/", import.meta.url));

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agentcomm-report-"));
  file = join(folder, "reliability.json");
});
afterEach(() => rm(folder, { recursive: true }));

const result = (row: string, given: Partial<RowResult> = {}): RowResult => ({
  row,
  title: `fault of ${row}`,
  invariant: "lost 0",
  seed: 1,
  scale: 1,
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 1,
  verdict: "holds",
  lost: 0,
  faults: { kill: 1_000 },
  checks: [{ claim: "lost", measured: 0, allowed: "0", holds: true }],
  ...given,
});

test("results are kept row by row, in the order of the rows, whichever ended first", async () => {
  for (const row of ["F3", "F1", "F2"]) expect(await keepRow(file, result(row), ["F1", "F2", "F3"])).toBe(true);
  expect((await readResults(file)).rows.map(({ row }) => row)).toEqual(["F1", "F2", "F3"]);
});

test("a new result takes the place of the old one, unless that was made at a larger scale", async () => {
  await keepRow(file, result("F1", { seed: 1 }), ["F1"]);
  expect(await keepRow(file, result("F1", { seed: 2, scale: 0.1 }), ["F1"])).toBe(false);
  expect(await keepRow(file, result("F1", { seed: 3 }), ["F1"])).toBe(true);
  expect((await readResults(file)).rows.map(({ seed }) => seed)).toEqual([3]);
});

test("that a row was not run takes the place of no result, and stands in the way of none", async () => {
  const notRun = { verdict: "not run", reason: "no strace" } as const;
  expect(await keepRow(file, result("F4", notRun), ["F4"])).toBe(true);
  expect(await keepRow(file, result("F4", { scale: 0.5 }), ["F4"])).toBe(true);
  expect(await keepRow(file, result("F4", notRun), ["F4"])).toBe(false);
  expect((await readResults(file)).rows).toMatchObject([{ verdict: "holds", scale: 0.5 }]);
});

test("where the repository lies is left out of what is kept", async () => {
  await keepRow(
    file,
    result("F1", { verdict: "fails", reason: `Error\n    at ${new URL("../src/cli.ts", import.meta.url)}` }),
    [],
  );
  expect((await readResults(file)).rows[0]?.reason).toBe("Error\n    at apps/chaos/src/cli.ts");
});

test("what was not run is missing; so is what was run at a smaller scale", async () => {
  await keepRow(file, result("F1", { scale: 0.5 }), ["F1", "F2"]);
  await keepRow(file, result("F2", { verdict: "not run", reason: "no strace" }), ["F1", "F2"]);
  const results = await readResults(file);
  expect([hasRow(results, "F1", 0.5), hasRow(results, "F1", 1), hasRow(results, "F2", 1)]).toEqual([
    true,
    false,
    false,
  ]);
});

test("the page shows what was measured, what failed, what was not run, and the kill table", async () => {
  const page = await readFile(join(DOCS, "RELIABILITY.md"), "utf8");
  await writeFile(join(folder, "RELIABILITY.md"), page);
  await keepRow(file, result("F1"), ["F1", "F2", "F3", "F4"]);
  const broken = [{ claim: "lost | gone", measured: "2: 1.1, 1.2", allowed: "0", holds: false }];
  await keepRow(file, result("F2", { verdict: "fails", lost: 2, checks: broken }), ["F1", "F2", "F3", "F4"]);
  await keepRow(file, result("F3", { verdict: "not run", reason: "no strace here" }), ["F1", "F2", "F3", "F4"]);
  await keepRow(file, result("F4", { verdict: "limit", limit: "406 of 100000 were lost", lost: 406 }), [
    "F1",
    "F2",
    "F3",
    "F4",
  ]);
  const trial = { row: "F1", scale: 0.02, verdict: "caught", by: ["lost: 3"] } as const;
  await keepMutants(file, [{ mutant: "maxlen", fault: "trims", seed: 1, trials: [trial] }]);
  await writePage(file);
  const filled = await readFile(join(folder, "RELIABILITY.md"), "utf8");
  expect(filled).toContain("| F1 | fault of F1 |");
  expect(filled).toContain("kill ×1,000");
  expect(filled).toContain("**fails**: lost \\| gone: 2: 1.1, 1.2");
  expect(filled).toContain("not run: no strace here");
  expect(filled).toContain("406 of 100,000 were lost");
  expect(filled).toContain("1 of 1 caught.");
  expect(filled).toContain("| `maxlen` | trims | **caught** |");
});

test("the page in docs is what its results make of it", async () => {
  const page = await readFile(join(DOCS, "RELIABILITY.md"), "utf8");
  expect(fillPage(page, await readResults(join(DOCS, "reliability.json")))).toBe(page);
});

test("a page without marks is refused rather than overwritten", async () => {
  expect(() => fillPage("# Mine\n", { rows: [], mutants: [] })).toThrow(/no marks/);
});
