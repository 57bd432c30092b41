import { execFile } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL("../../src/scene/shifted-clock.c", import.meta.url));

/** A wall clock for a server, that can be set while it runs. */
export interface ShiftedClock extends AsyncDisposable {
  /** What the server's process must have in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** How far it is off. */
  readonly shiftMs: number;
  /** Sets it so much forward, or back if that is negative. Resolves when the server sees it. */
  jump(ms: number): Promise<void>;
}

/** Makes a clock in the folder `dir`, which shows the true time at first. Needs gcc; rejects with what that says. */
export async function makeShiftedClock(dir: string): Promise<ShiftedClock> {
  const library = join(dir, "shifted-clock.so");
  const path = join(dir, "shifted-clock");
  await run("gcc", ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, SOURCE]);
  const file = await open(path, "w+");
  let shiftMs = 0;
  const write = async (): Promise<void> => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(shiftMs));
    await file.write(bytes, 0, bytes.length, 0);
  };
  await write();
  return {
    env: { LD_PRELOAD: library, SHIFTED_CLOCK: path },
    get shiftMs() {
      return shiftMs;
    },
    async jump(ms) {
      shiftMs += ms;
      await write();
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
