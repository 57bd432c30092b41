import { afterAll, describe, expect, test } from "vitest";
import { ALL_ROWS } from "../src/rows/all-rows.js";
import { runRow } from "../src/rows/run-row.js";

const SEED = 7;
const ending = new AbortController();
afterAll(() => ending.abort());

// Rows with needs of their own are tested where their needs are met: `pnpm chaos` reports the others as not run.
const rows = ALL_ROWS.filter(({ needs = [] }) => needs.length === 0);

describe(`with seed ${SEED}`, () => {
  test.each(rows.map((row) => [row.id, row.title, row] as const))(
    "%s: %s",
    { timeout: 120_000 },
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
