import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { MutantResult } from "../mutants/run-mutants.js";
import type { RowResult } from "../rows/run-row.js";
import { describeMachine, type Machine } from "./machine.js";

/** What docs/reliability.json holds. */
export interface Results {
  /** Where the newest result comes from. */
  readonly machine?: Machine;
  readonly rows: readonly RowResult[];
  readonly mutants: readonly MutantResult[];
}

/** Reads a file of results; one that is not there holds none. Rejects if it cannot be read, or is none. */
export async function readResults(path: string): Promise<Results> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { rows: [], mutants: [] };
    throw error;
  }
  return JSON.parse(text) as Results;
}

/** Whether a row has a result at this scale or a larger one. What was not run has none. */
export function hasRow({ rows }: Results, id: string, scale: number): boolean {
  return rows.some((each) => each.row === id && each.scale >= scale && each.verdict !== "not run");
}

/**
 * Puts a result into the file, in the order of `order`, in place of the same row's older one. Resolves to false, and leaves the file
 * as it is, if that says more: it was made at a larger scale, or the row was run then and now it was not.
 */
export async function keepRow(path: string, result: RowResult, order: readonly string[]): Promise<boolean> {
  const { rows, mutants } = await readResults(path);
  const older = rows.find(({ row, verdict }) => row === result.row && verdict !== "not run");
  if (older !== undefined && (result.verdict === "not run" || older.scale > result.scale)) return false;
  const kept = [...rows.filter(({ row }) => row !== result.row), result];
  kept.sort((a, b) => order.indexOf(a.row) - order.indexOf(b.row));
  await writeResults(path, { rows: kept, mutants });
  return true;
}

/** Puts what became of the mutants into the file. */
export async function keepMutants(path: string, mutants: readonly MutantResult[]): Promise<void> {
  await writeResults(path, { ...(await readResults(path)), mutants });
}

/** Written beside it and moved, so that whoever ends the program in between leaves a whole file. */
async function writeResults(path: string, results: Results): Promise<void> {
  const text = JSON.stringify({ ...results, machine: await describeMachine() }, undefined, 2);
  await writeFile(`${path}.new`, `${withoutFolder(text)}\n`);
  await rename(`${path}.new`, path);
}

/** Where the repository lies on this machine is nobody's business: errors name files from its top level. */
function withoutFolder(text: string): string {
  const root = new URL("../../../../", import.meta.url);
  return text.replaceAll(root.href, "").replaceAll(fileURLToPath(root), "");
}
