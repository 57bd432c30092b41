import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { WorkResult } from "../measure/run-work.js";
import type { Machine } from "./machine.js";

/** What docs/bench/results.json holds. */
export interface Results {
  /** Where the newest result comes from. */
  readonly machine?: Machine;
  readonly works: readonly WorkResult[];
}

/** Reads a file of results; one that is not there holds none. Rejects if it cannot be read, or is none. */
export async function readResults(path: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { works: [] };
    throw error;
  }
}

/** Puts a result into the file, in the order of `order`, in place of the same work's older one. */
export async function keepWork(
  path: string,
  result: WorkResult,
  machine: Machine,
  order: readonly string[],
): Promise<void> {
  const { works } = await readResults(path);
  const kept = [...works.filter(({ work }) => work !== result.work), result];
  kept.sort((a, b) => order.indexOf(a.work) - order.indexOf(b.work));
  await mkdir(dirname(path), { recursive: true });
  // Written beside it and moved, so that whoever ends the program in between leaves a whole file.
  await writeFile(`${path}.new`, `${JSON.stringify({ machine, works: kept }, rounded, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Nobody reads more than five digits of a measurement. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
