import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** A folder of its own for the files of a log. Removed at its end. */
export interface LogFolder extends AsyncDisposable {
  readonly path: string;
  /** What was written, by kind. Rejects if there is a file, or a folder, that no log has. */
  read(): Promise<Map<string, string>>;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const FILE = /^(?<day>\d{4}-\d\d-\d\d)[/\\](?<kind>[a-z_]+)_\k<day>\.jsonl$/;

/** Makes the folder in another. */
export async function openLogFolder(parent: string): Promise<LogFolder> {
  const path = await mkdtemp(join(parent, "log-"));
  return {
    path,
    async read() {
      const texts = new Map<string, string>();
      for (const name of (await readdir(path, { recursive: true })).sort()) {
        if (DAY.test(name)) continue;
        const kind = FILE.exec(name)?.groups?.kind;
        if (kind === undefined) throw new Error(`no log has a file of the name ${JSON.stringify(name)}`);
        // Over midnight there are two of a kind.
        texts.set(kind, (texts.get(kind) ?? "") + (await readFile(join(path, name), "utf8")));
      }
      return texts;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
