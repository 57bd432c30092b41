import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder with journals of a test's own. */
export interface JournalFolder extends AsyncDisposable {
  readonly dir: string;
}

/** Writes journals of one role: each process's lines, by its pid. Times in milliseconds are made nanoseconds. */
export async function openJournalFolder(
  journals: Readonly<Record<number, readonly string[]>>,
  role = "actor",
): Promise<JournalFolder> {
  const dir = await mkdtemp(join(tmpdir(), "agentcomm-journals-"));
  for (const [pid, lines] of Object.entries(journals)) {
    const text = lines.map((line) => `${line.replace(/ @(\d+)/, (_, ms) => ` ${ms}000000`)}\n`).join("");
    await writeFile(join(dir, `${role}.${pid}.journal`), text);
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}
