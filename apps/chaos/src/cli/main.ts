import { ALL_MUTANTS } from "../mutants/all-mutants.js";
import { isCaught, type MutantResult, runMutant } from "../mutants/run-mutants.js";
import { writePage } from "../report/page-file.js";
import { hasRow, keepMutants, keepRow, readResults } from "../report/results-file.js";
import { ALL_ROWS, MUTANT_ROWS } from "../rows/all-rows.js";
import type { Row } from "../rows/row.js";
import { type RowResult, runRow } from "../rows/run-row.js";
import { helpText } from "./help.js";
import { Interruption } from "./interruption.js";
import { type ChaosOptions, parseOptions } from "./options.js";
import { createProgress, type Progress, type Screen } from "./progress.js";
import { UserError } from "./user-error.js";

/** What the program gets from its surroundings. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly callerFolder: string;
  readonly stdout: Screen;
  /** Asks it to end. */
  readonly signal: AbortSignal;
}

const ORDER = ALL_ROWS.map(({ id }) => id);

/** The program. Resolves to its exit code; rejects only if there is a mistake in it. */
export async function main({ argv, callerFolder, stdout, signal }: Surroundings): Promise<number> {
  try {
    const options = parseOptions({ argv, callerFolder, newSeed: () => Math.floor(Math.random() * 1_000_000) });
    if (options === "help") {
      stdout.write(helpText());
      return 0;
    }
    using progress = createProgress(stdout);
    return (await runAll(options, progress, signal)) ? 0 : 1;
  } catch (error) {
    if (error instanceof Interruption) return error.exitCode;
    if (!(error instanceof UserError)) throw error;
    stdout.write(`${error.message}\n`);
    return 1;
  }
}

/** Resolves to whether every claim holds. */
async function runAll(options: ChaosOptions, progress: Progress, signal: AbortSignal): Promise<boolean> {
  const { seed, scale, missing, out } = options;
  const before = await readResults(out);
  const rows = options.rows.filter(({ id }) => !(missing && hasRow(before, id, scale)));
  progress.print(`seed ${seed}, scale ${scale}: ${rows.map(({ id }) => id).join(" ") || "no rows"}`);
  let fine = true;
  for (const row of rows) {
    const result = await runOne(row, options, progress, signal);
    const kept = await keepRow(out, result, ORDER);
    await writePage(out);
    progress.print(summaryOf(result));
    if (!kept) progress.print("  not kept: the file has a result of this row that says more");
    fine &&= result.verdict !== "fails";
  }
  if (options.mutants && !(missing && before.mutants.length > 0)) {
    fine = (await runMutants(options, progress, signal)) && fine;
  }
  return fine;
}

async function runOne(row: Row, { seed, scale }: ChaosOptions, progress: Progress, signal: AbortSignal) {
  const start = performance.now();
  const say = (text: string): void => {
    progress.say(`${row.id} ${Math.round((performance.now() - start) / 1_000)} s: ${text}`);
  };
  say(row.title);
  return await runRow(row, { seed, scale, signal, say });
}

async function runMutants({ seed, out }: ChaosOptions, progress: Progress, signal: AbortSignal): Promise<boolean> {
  const results: MutantResult[] = [];
  for (const mutant of ALL_MUTANTS) {
    const say = (text: string): void => progress.say(`mutant ${mutant.name}, ${text}`);
    const result = await runMutant(mutant, MUTANT_ROWS, { seed, signal, say });
    results.push(result);
    const by = result.trials.filter(({ verdict }) => verdict === "caught").map(({ row }) => row);
    progress.print(`mutant ${mutant.name}: ${by.length > 0 ? `caught by ${by.join(", ")}` : "NOT CAUGHT"}`);
  }
  await keepMutants(out, results);
  await writePage(out);
  const caught = results.filter(isCaught).length;
  progress.print(`${caught} of ${results.length} mutants caught`);
  return caught === results.length;
}

function summaryOf(result: RowResult): string {
  const {
    row,
    verdict,
    seconds,
    load,
    lost,
    duplicates,
    worstRecoveryMs,
    faults = {},
    reason,
    limit,
    checks = [],
  } = result;
  const counts = Object.entries(faults).map(([name, times]) => `${name} ×${times}`);
  const facts = [
    load,
    counts.join(", "),
    lost == null ? "" : `lost ${lost}`,
    duplicates == null ? "" : `delivered again ${duplicates}`,
    worstRecoveryMs == null ? "" : `worst recovery ${worstRecoveryMs} ms`,
  ].filter((fact) => fact !== undefined && fact !== "");
  const lines = [`${row} ${verdict} (${seconds} s)${facts.length > 0 ? `: ${facts.join("; ")}` : ""}`];
  if (reason !== undefined) lines.push(`  ${reason}`);
  if (limit !== undefined) lines.push(`  ${limit}`);
  for (const { claim, measured, allowed, holds } of checks) {
    if (!holds) lines.push(`  DOES NOT HOLD: ${claim}: ${measured}, allowed ${allowed}`);
  }
  return lines.join("\n");
}
