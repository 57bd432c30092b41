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
  /** Loggers that were killed in the middle of a line. */
  readonly torn: number;
  /** Unfinished lines that loggers took out of the files and that none of those has left. */
  readonly tornOtherwise: number;
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
  const aside: string[] = [];
  for (const log of logs) {
    aside.push(...log.setAside.values());
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
    // One that was found stands for one: two loggers may have left the same.
    const at = aside.indexOf(torn);
    if (at < 0) tornAway.add(torn.slice(0, 60));
    else aside.splice(at, 1);
  }
  return { ...counts, lost, twice, unexpected, unreadable, tornOtherwise: aside.length, tornAway };
}
