import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogKind } from "../../src/index.js";

/** A folder of a test's own, removed at its end. */
export interface LogFolder extends AsyncDisposable {
  readonly path: string;
  file(kind: LogKind, day: string): string;
  /** The file's text; empty if it is not there. */
  text(kind: LogKind, day: string): Promise<string>;
  /** The lines of a file, parsed, each without its timestamp. Rejects if one does not parse. */
  lines(kind: LogKind, day: string): Promise<Record<string, unknown>[]>;
}

export async function openLogFolder(): Promise<LogFolder> {
  const path = await mkdtemp(join(tmpdir(), "agentcomm-file-log-"));
  const file = (kind: LogKind, day: string) => join(path, day, `${kind}_${day}.jsonl`);
  const text = (kind: LogKind, day: string) =>
    readFile(file(kind, day), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
  return {
    path,
    file,
    text,
    lines: async (kind, day) => parseLines(await text(kind, day)).map(({ timestamp: _, ...rest }) => rest),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Every line of a complete file, parsed. Throws if one does not parse, is empty, or the last one has no end. */
export function parseLines(text: string): Record<string, unknown>[] {
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
}
