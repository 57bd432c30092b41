import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What stands in the files of a log. */
export interface LogContents {
  /** The ids of the harness's own lines, as often as they occur. */
  readonly ids: readonly string[];
  /** The unfinished lines that loggers took out of the files: each place once, with its text. */
  readonly setAside: ReadonlyMap<string, string>;
  /** Lines that are no JSON objects, the beginning of each. */
  readonly unreadable: readonly string[];
}

/** Reads every file below `baseDir`, line by line, as anybody would who knows that it is JSON Lines. */
export async function readLog(baseDir: string): Promise<LogContents> {
  const ids: string[] = [];
  const setAside = new Map<string, string>();
  const unreadable: string[] = [];
  for (const entry of await readdir(baseDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      const record = parse(line);
      if (record === undefined) unreadable.push(line.trim().slice(0, 80));
      else if (record.error_type === "torn_line") {
        const { path, offset, text: torn } = record.details as Record<string, unknown>;
        setAside.set(`${path} ${offset}`, String(torn));
      } else if (record.data?.id !== undefined) ids.push(String(record.data.id));
      else if (record.unit === "lines") ids.push(String(record.metric));
      else if (record.error_type === "chaos") ids.push(String(record.error_message));
    }
  }
  return { ids, setAside, unreadable };
}

interface LogRecord {
  readonly data?: { readonly id?: unknown };
  readonly metric?: unknown;
  readonly unit?: unknown;
  readonly error_type?: unknown;
  readonly error_message?: unknown;
  readonly details?: unknown;
}

function parse(line: string): LogRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // That it cannot be read is the answer.
    return undefined;
  }
}
