import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ClassOutcome, InputJob, InputNews } from "./input-job.js";

// Built, wherever this file is run from.
const PROGRAM = fileURLToPath(new URL("../../dist/input/input-program.js", import.meta.url));

const STDERR_KEPT = 2_000;

/** How a process is started and watched. */
export interface InputProcessOptions {
  /** Beside none: what Node is started with. */
  readonly execArgv?: readonly string[] | undefined;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** How long one batch may take. */
  readonly patienceMs: number;
  /** Ends the process. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((casesDone: number) => void) | undefined;
}

/** How a process came to its end: with an outcome, or without, at what it was about to do. */
export type InputProcessEnd =
  | { readonly outcome: ClassOutcome }
  | { readonly how: string; readonly at: (InputNews & { readonly kind: "at" }) | undefined };

/** Runs a job in a process of its own. Resolves when that has ended, however it ended; rejects when the signal fires. */
export async function runInputProcess(job: InputJob, options: InputProcessOptions): Promise<InputProcessEnd> {
  const { execArgv = [], env = {}, patienceMs, signal, onProgress } = options;
  signal?.throwIfAborted();
  const child = fork(PROGRAM, [String(process.pid)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [...execArgv],
    // Not UTC, where nobody sees that local time is taken for it.
    env: { ...process.env, TZ: "Asia/Kathmandu", ...env },
  });
  let at: (InputNews & { readonly kind: "at" }) | undefined;
  let outcome: ClassOutcome | undefined;
  let stderr = "";
  let hung = false;
  const watch = (): NodeJS.Timeout =>
    setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, patienceMs);
  let watchdog = watch();
  const onAbort = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", onAbort, { once: true });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  child.on("message", (news: InputNews) => {
    clearTimeout(watchdog);
    watchdog = watch();
    if (news.kind === "done") {
      outcome = news.outcome;
    } else {
      at = news;
      onProgress?.(news.from - job.from);
    }
  });
  child.send(job, () => {});
  const { code, how } = await new Promise<{ readonly code: number | null; readonly how: string }>((resolve) => {
    child.once("error", (error) => resolve({ code: null, how: `could not be started: ${error.message}` }));
    child.once("close", (code, end) =>
      resolve({ code, how: end === null ? `ended with exit code ${code}` : `was ended by ${end}` }),
    );
  });
  clearTimeout(watchdog);
  signal?.removeEventListener("abort", onAbort);
  signal?.throwIfAborted();
  if (outcome !== undefined && code === 0) return { outcome };
  const last = stderr.trim();
  const why = last === "" ? how : `${how}: ${last}`;
  if (outcome === undefined) return { how: hung ? `did not answer for ${patienceMs} ms` : why, at };
  return { how: `was done, yet ${hung ? "something was left open that kept it" : why}`, at: undefined };
}
