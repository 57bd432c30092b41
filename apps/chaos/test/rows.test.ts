import { afterAll, describe, expect, test } from "vitest";
import { ALL_ROWS } from "../src/rows/all-rows.js";
import { runRow } from "../src/rows/run-row.js";

const SEED = 7;
const ending = new AbortController();
afterAll(() => ending.abort());

/** They have tests of their own, with what they found before. */
const ELSEWHERE = ["F22", "interleavings", "input"];
// What needs more than Redis is for machines that have it: `pnpm chaos` says where it was not run.
const rows = ALL_ROWS.filter(({ id, needs = [] }) => needs.length === 0 && !ELSEWHERE.includes(id));

describe.concurrent(`with seed ${SEED}`, () => {
  test.each(rows.map((row) => [row.id, row.title, row] as const))(
    "%s: %s",
    { timeout: 180_000 },
    async (_, __, row) => {
      const said: string[] = [];
      const result = await runRow(row, {
        seed: SEED,
        scale: row.testScale,
        signal: ending.signal,
        say: (text) => said.push(text),
      });
      const broken = (result.checks ?? []).filter(({ holds }) => !holds);
      expect({ broken, reason: result.reason }).toEqual({ broken: [], reason: undefined });
      expect(["holds", "limit"]).toContain(result.verdict);
    },
  );
});
