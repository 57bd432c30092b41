import { readdirSync, readFileSync } from "node:fs";

/** A case that failed once, or nearly did. */
export interface CorpusCase {
  /** The file's name. */
  readonly file: string;
  /** The name of its class. */
  readonly class: string;
  /** What it is about. */
  readonly note: string;
  /** The case as its class makes them: raw entries by their fields, values by their recipes. */
  readonly case: unknown;
}

const FOLDER = new URL("../../corpus/", import.meta.url);

/** Reads the cases of a class, or of all, in the order of their files' names. */
export function readCorpus(className?: string): CorpusCase[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({ file, ...(JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Omit<CorpusCase, "file">) }))
    .filter((each) => className === undefined || each.class === className);
}
