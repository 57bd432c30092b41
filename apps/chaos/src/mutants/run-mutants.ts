import type { Check, Row } from "../rows/row.js";
import { type RowResult, runRow } from "../rows/run-row.js";
import { MUTANT_VARIABLE, type Mutant } from "./mutant.js";

/** What a row made of a mutant. */
export interface MutantTrial {
  readonly row: string;
  readonly scale: number;
  /** "broken": the row itself did not run to its end, or its load or fault was not there, which proves nothing. */
  readonly verdict: "caught" | "not caught" | "broken";
  /** The claims that did not hold, with what was measured; or why the row broke. */
  readonly by?: readonly string[];
}

/** What became of a mutant. */
export interface MutantResult {
  readonly mutant: string;
  readonly fault: string;
  readonly seed: number;
  readonly trials: readonly MutantTrial[];
}

/** What running mutants takes. */
export interface MutantOptions {
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Longer than any lease of a row at its scale for tests. */
const STUCK_AFTER_MS = 6_000;

const HOOK = new URL("hook.js", import.meta.url).href;

/**
 * Runs a mutant through rows in their order, each at its scale for tests, until one has caught it. Rejects only with the reason of
 * `signal`.
 */
export async function runMutant(mutant: Mutant, rows: readonly Row[], options: MutantOptions): Promise<MutantResult> {
  const trials: MutantTrial[] = [];
  for (const row of rows) {
    const result = await runRow(row, {
      ...options,
      scale: row.testScale,
      say: (text) => options.say(`${row.id}: ${text}`),
      execArgv: ["--import", HOOK],
      env: { [MUTANT_VARIABLE]: mutant.name },
      stuckAfterMs: STUCK_AFTER_MS,
    });
    const trial = trialOf(result);
    trials.push(trial);
    if (trial.verdict === "caught") break;
  }
  return { mutant: mutant.name, fault: mutant.fault, seed: options.seed, trials };
}

/** What a row's result says of the mutant. */
export function trialOf({ row, scale, verdict, reason, checks = [] }: RowResult): MutantTrial {
  const failing = checks.filter(({ holds }) => !holds);
  const told = (those: readonly Check[]): string[] => those.map(({ claim, measured }) => `${claim}: ${measured}`);
  const by = told(failing.filter(({ isLoad }) => isLoad !== true));
  if (by.length > 0) return { row, scale, verdict: "caught", by };
  if (verdict === "holds" || verdict === "limit") return { row, scale, verdict: "not caught" };
  return { row, scale, verdict: "broken", by: failing.length > 0 ? told(failing) : [reason ?? verdict] };
}

/** Whether some row caught it. */
export function isCaught({ trials }: MutantResult): boolean {
  return trials.some(({ verdict }) => verdict === "caught");
}
