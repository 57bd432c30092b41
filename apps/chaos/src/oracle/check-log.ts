import { type Finding, Findings } from "./check-journals.js";
import type { LoggerEntry } from "./log-journals.js";
import { parseMessageId } from "./message-id.js";
import type { LogContents } from "./read-log.js";

/** What the journals of the loggers and the files, held against each other, say. */
export interface LogAccount {
  /** Lines that the loggers were about to log, and those of them that were said to be on the disk. */
  readonly attempted: number;
  readonly flushed: number;
  /** Said to be on the disk, and not there. */
  readonly lost: Finding;
  /** There more than once. */
  readonly twice: Finding;
  /** There though nobody was about to log them. */
  readonly unexpected: Finding;
  readonly unreadable: Finding;
  /** How many unfinished lines loggers took out of the files. */
  readonly setAside: number;
  /** Loggers that were killed in the middle of a line. */
  readonly torn: number;
  /** Unfinished lines of theirs whose text is not among what was taken out. */
  readonly tornAway: Finding;
}

/** Holds what the loggers wrote down against what their files hold. */
export function checkLog(entries: ReadonlyMap<number, LoggerEntry>, logs: readonly LogContents[]): LogAccount {
  const lost = new Findings();
  const twice = new Findings();
  const unexpected = new Findings();
  const unreadable = new Findings();
  const tornAway = new Findings();
  const found = new Map([...entries].map(([logger, { attempted }]) => [logger, new Uint8Array(attempted + 1)]));
  const aside = new Set<string>();
  let setAside = 0;
  for (const log of logs) {
    setAside += log.setAside.size;
    for (const text of log.setAside.values()) aside.add(text);
    for (const line of log.unreadable) unreadable.add(line);
    for (const id of log.ids) {
      const parsed = parseMessageId(id);
      const lines = found.get(parsed?.sender ?? 0);
      const number = parsed?.number ?? 0;
      const times = lines?.[number];
      if (lines === undefined || times === undefined) unexpected.add(id);
      else {
        if (times > 0) twice.add(id);
        lines[number] = times + 1;
      }
    }
  }
  const counts = { attempted: 0, flushed: 0, torn: 0 };
  for (const [logger, { attempted, flushed, torn }] of entries) {
    counts.attempted += attempted;
    counts.flushed += flushed;
    for (let number = 1; number <= flushed; number++) {
      if (found.get(logger)?.[number] === 0) lost.add(`${logger}.${number}`);
    }
    if (torn === undefined || torn === "") continue;
    counts.torn += 1;
    if (!aside.has(torn)) tornAway.add(torn.slice(0, 60));
  }
  return { ...counts, lost, twice, unexpected, unreadable, setAside, tornAway };
}
