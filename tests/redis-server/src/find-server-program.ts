import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The path of `redis-server`, or else `valkey-server`, on PATH.
 * Throws one line that says how to get one; a test without a server fails, it is never skipped.
 */
export function findServerProgram(env: NodeJS.ProcessEnv = process.env): string {
  const folders = (env.PATH ?? "").split(delimiter);
  for (const program of ["redis-server", "valkey-server"]) {
    for (const folder of folders) {
      if (isExecutable(join(folder, program))) return join(folder, program);
    }
  }
  throw new Error(
    "No redis-server or valkey-server on PATH: run `pnpm test`, which installs one where it can, or install Redis 7.",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
