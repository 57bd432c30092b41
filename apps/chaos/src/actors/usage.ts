import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a process uses, and what Node has warned it of. */
export interface Usage {
  /** Sockets and files. */
  readonly openFiles: number;
  /** What is left in use once the garbage is collected. */
  readonly heapBytes: number;
  /** Names of warnings: `MaxListenersExceededWarning`. */
  readonly warnings: readonly string[];
}

/** From now on notes warnings. What it returns tells, each time, what this process uses. */
export function watchUsage(): () => Usage {
  const warnings: string[] = [];
  process.on("warning", (warning) => warnings.push(warning.name));
  return () => {
    collectGarbage();
    return {
      openFiles: readdirSync("/dev/fd").length,
      heapBytes: process.memoryUsage().heapUsed,
      warnings: [...warnings],
    };
  };
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What a finalizer lets go of is garbage for the second time only.
  collect();
  collect();
}
