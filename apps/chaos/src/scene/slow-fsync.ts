import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

/** A process whose `fdatasync` is being slowed. Disposing of it ends that. */
export interface SlowFsync extends AsyncDisposable {
  /** How many calls have been held up, or are being held up at this moment. */
  calls(): Promise<number>;
}

/**
 * From now on each `fdatasync` of a process takes so much longer: strace holds it up. What was held up is noted in the file `notes`.
 * Ends with that process, or when it is disposed of. Rejects if strace may not trace it.
 */
export async function slowFsync(pid: number, delayMs: number, notes: string): Promise<SlowFsync> {
  const inject = `inject=fdatasync:delay_enter=${delayMs * 1_000}`;
  const args = ["--follow-forks", "--output", notes, "-e", "trace=fdatasync", "-e", inject, "--attach", String(pid)];
  const tracer = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => {
    tracer.once("exit", () => resolve());
    tracer.once("error", () => resolve());
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    tracer.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("attached")) resolve();
    });
    void ended.then(() => reject(new Error(`strace ended before it traced anything: ${said}`)));
  });
  return {
    calls: async () => (await readFile(notes, "utf8")).split("fdatasync(").length - 1,
    async [Symbol.asyncDispose]() {
      // Asked politely, it would first let pass what it holds up; meanwhile a process that was killed is not gone.
      if (tracer.exitCode === null && tracer.signalCode === null) tracer.kill("SIGKILL");
      await ended;
    },
  };
}
