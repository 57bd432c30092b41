import { parseMessageId } from "./message-id.js";
import { readJournals } from "./read-journals.js";

/** What a logger wrote down of its lines, which it numbers from 1. */
export interface LoggerEntry {
  /** The last line that it was about to log. */
  attempted: number;
  /** The last line of which it was told that it is on the disk with all before it. */
  flushed: number;
  /** How often it was told so. */
  flushes: number;
  /** How often it was told that the disk takes nothing. */
  refusals: number;
  /** What it left unfinished when it was killed within a write; "" where it was killed between two lines. */
  torn: string | undefined;
}

/** Reads the journals of loggers: what they say, by the logger's number. */
export async function readLogJournals(dir: string): Promise<Map<number, LoggerEntry>> {
  const entries = new Map<number, LoggerEntry>();
  await readJournals(dir, ({ letter, id, word }) => {
    const parsed = parseMessageId(id);
    if (parsed === undefined) return;
    const { sender, number } = parsed;
    let entry = entries.get(sender);
    if (entry === undefined) {
      entry = { attempted: 0, flushed: 0, flushes: 0, refusals: 0, torn: undefined };
      entries.set(sender, entry);
    }
    if (letter === "A") entry.attempted = number;
    if (letter === "S") {
      entry.flushed = number;
      entry.flushes += 1;
    }
    if (letter === "U") entry.refusals += 1;
    if (letter === "Y") entry.torn = word;
  });
  return entries;
}
