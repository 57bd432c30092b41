import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { JournalEvent } from "./journal-event.js";

/**
 * Calls `listener` for each event of each journal in `dir`, or of those of one role: in order within one process, file by file
 * between them.
 */
export async function readJournals(dir: string, listener: (event: JournalEvent) => void, role?: string): Promise<void> {
  for (const name of (await readdir(dir)).sort()) {
    if (role !== undefined && !name.startsWith(`${role}.`)) continue;
    const pid = Number(/\.(\d+)\.journal$/.exec(name)?.[1]);
    if (Number.isNaN(pid)) continue;
    let rest = "";
    for await (const chunk of createReadStream(join(dir, name), { encoding: "latin1", highWaterMark: 1 << 20 })) {
      const lines = (rest + chunk).split("\n");
      // A line that its writer's end has torn is no event: nothing that it tells of had happened yet.
      rest = lines.pop() as string;
      for (const line of lines) listener(readLine(line, pid));
    }
  }
}

/** Reads one line, without its end, of the journal of `pid`. */
export function readLine(line: string, pid: number): JournalEvent {
  const idEnd = line.indexOf(" ", 2);
  const timeEnd = line.indexOf(" ", idEnd + 1);
  const time = timeEnd < 0 ? line.slice(idEnd + 1) : line.slice(idEnd + 1, timeEnd);
  return {
    letter: line[0] as string,
    id: line.slice(2, idEnd),
    atMs: Number(time) / 1e6,
    word: timeEnd < 0 ? "" : line.slice(timeEnd + 1),
    pid,
  };
}

/** Now, on the clock of the journals: monotonic milliseconds. */
export function journalNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
