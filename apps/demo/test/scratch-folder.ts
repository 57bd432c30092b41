import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A folder of the test's own, outside the repository. */
export async function openScratchFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "agentcomm-demo-"));
  return {
    path,
    async [Symbol.asyncDispose]() {
      // Not fs.rm: some tests plant folders so deep that only a program which descends step by step removes them.
      await promisify(execFile)("rm", ["-rf", "--", path]);
    },
  };
}

/** Descends `depth` folders of 200 characters each, making them, and runs a script there. */
export async function runDeepBelow(folder: string, depth: number, script: string): Promise<void> {
  const descend = `for (let i = 0; i < ${depth}; i++) { fs.mkdirSync("d".repeat(200)); process.chdir("d".repeat(200)); }`;
  await promisify(execFile)(process.execPath, ["-e", `const fs = require("fs"); ${descend} ${script}`], {
    cwd: folder,
  });
}
