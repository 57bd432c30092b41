import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AgentCommError } from "@agentcomm/protocol";
import { describe } from "@agentcomm/protocol/internal";
import { isDay, kindOfFile, type LogKind } from "./log-kinds.js";

/** A log file on the disk. */
export interface StoredLogFile {
  readonly path: string;
  readonly kind: LogKind;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly bytes: number;
}

/**
 * The log files below a folder, oldest day first: regular files with the exact names that the logger gives, in folders named
 * after a day. Links are not followed; whatever else lies there is not looked at. A folder that is not there holds none.
 */
export async function listLogFiles(baseDir: string): Promise<StoredLogFile[]> {
  const found: StoredLogFile[] = [];
  for (const day of await dayFolders(baseDir)) {
    for (const name of (await entries(join(baseDir, day))).map((entry) => entry.name).sort()) {
      const kind = kindOfFile(name, day);
      if (kind === undefined) continue;
      const path = join(baseDir, day, name);
      const stat = await unlessGone(lstat(path), path);
      if (stat?.isFile()) found.push({ path, kind, day, bytes: stat.size });
    }
  }
  return found;
}

/**
 * Deletes the log files of days before `firstDayKept`, and the folders which are empty then. Resolves to the number of files
 * deleted. Rejects with LOG_FAILED after having tried all of them.
 */
export async function deleteLogFiles(baseDir: string, firstDayKept: string): Promise<number> {
  // ISO days sort like text.
  const old = (await listLogFiles(baseDir)).filter(({ day }) => day < firstDayKept);
  const outcomes = await Promise.allSettled(old.map(({ path }) => unlessGone(unlink(path), path)));
  const folders = new Set(old.map(({ path }) => dirname(path)));
  outcomes.push(...(await Promise.allSettled([...folders].map(removeIfEmpty))));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  if (failures.length > 0) throw failed(`${failures.length} old log files or folders`, "removed", failures[0]);
  return old.length;
}

async function removeIfEmpty(folder: string): Promise<void> {
  if ((await entries(folder)).length === 0) await unlessGone(rmdir(folder), folder);
}

async function dayFolders(baseDir: string): Promise<string[]> {
  const all = await entries(baseDir);
  const days = all.filter((entry) => entry.isDirectory() && isDay(entry.name));
  return days.map((entry) => entry.name).sort();
}

async function entries(folder: string) {
  return (await unlessGone(readdir(folder, { withFileTypes: true }), folder)) ?? [];
}

/** What is not there is nothing to look at, nor to remove: another process may clean up at the same time. */
async function unlessGone<Found>(work: Promise<Found>, path: string): Promise<Found | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw failed(path, "read or removed", error);
  }
}

function failed(what: string, wasToBe: string, cause: unknown): AgentCommError {
  return new AgentCommError("LOG_FAILED", `${what} cannot be ${wasToBe}: ${describe(cause)}`, { cause });
}
