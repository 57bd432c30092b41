import { join } from "node:path";

/** The five kinds of log, as their files are called. */
export const LOG_KINDS = ["agent_activity", "message_audit", "task_history", "performance", "errors"] as const;

/** One of the five kinds of log. */
export type LogKind = (typeof LOG_KINDS)[number];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Where the lines of a kind and a day belong. */
export function logFilePath(baseDir: string, kind: LogKind, day: string): string {
  return join(baseDir, day, `${kind}_${day}.jsonl`);
}

/** The kind of log that a file in the folder of `day` holds; undefined if no logger of ours gives a file that name. */
export function kindOfFile(name: string, day: string): LogKind | undefined {
  return LOG_KINDS.find((kind) => name === `${kind}_${day}.jsonl`);
}

/** Whether a folder's name is a day of the calendar, in the one spelling that the logger uses. */
export function isDay(name: string): boolean {
  if (!DAY.test(name)) return false;
  const parsed = new Date(`${name}T00:00:00.000Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(name);
}
