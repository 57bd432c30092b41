import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Need } from "./row.js";

const run = promisify(execFile);

/** How each need is found out: a command that succeeds where it is met, and what to say where it is not. */
const PROBES: Readonly<Record<Need, readonly [command: string, sentence: string]>> = {
  gcc: [
    "echo '#include <time.h>' | gcc -x c -fsyntax-only -",
    "gcc and the C library's headers are not installed: they make the shim that shifts the server's clock",
  ],
  strace: ["strace -o /dev/null true", "strace cannot trace here: it slows fsync down"],
  tmpfs: [
    'dir=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs "$dir" && umount "$dir" && rmdir "$dir"',
    "a small tmpfs cannot be mounted here: that needs the right to mount",
  ],
};

/** The first need that the machine does not meet, in a sentence with the system's own words; undefined if all are met. */
export async function missingNeed(needs: readonly Need[]): Promise<string | undefined> {
  for (const need of needs) {
    const [command, sentence] = PROBES[need];
    try {
      await run("sh", ["-c", command]);
    } catch (error) {
      const { stderr = "" } = error as { readonly stderr?: string };
      return `${sentence} (${stderr.trim().split("\n").at(-1) || (error as Error).message})`;
    }
  }
  return undefined;
}
