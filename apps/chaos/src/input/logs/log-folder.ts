import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** A folder of its own for the files of a log. Removed at its end. */
export interface LogFolder extends AsyncDisposable {
  readonly path: string;
  /** What was written, by kind. */
  read(): Promise<Map<string, string>>;
}

/** Makes the folder in another. */
export async function openLogFolder(parent: string): Promise<LogFolder> {
  const path = await mkdtemp(join(parent, "log-"));
  return {
    path,
    async read() {
      const texts = new Map<string, string>();
      for (const name of (await readdir(path, { recursive: true })).sort()) {
        const kind = /([a-z_]+)_\d{4}-\d\d-\d\d\.jsonl$/.exec(name)?.[1];
        // Over midnight there are two of a kind.
        if (kind !== undefined) texts.set(kind, (texts.get(kind) ?? "") + (await readFile(join(path, name), "utf8")));
      }
      return texts;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
