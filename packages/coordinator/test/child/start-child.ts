import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a child process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A script of this folder, running in a process of its own. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly ended: Promise<ChildEnd>;
  /** Resolves once the child has said this word. Rejects if it ends without. */
  said(word: string): Promise<void>;
}

/** Starts `<script>.ts`. Disposing of it kills it, if it has not ended, and waits for its end. */
export function startChild(script: string, env: Readonly<Record<string, string>>): Child {
  const at = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", at("typescript-sources"), at(script)], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stderr }));
  });
  return {
    process: child,
    ended,
    said: (word) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(word)) resolve();
        };
        listeners.add(look);
        look();
        void ended.then((end) => reject(new Error(`${script} ended without "${word}": ${JSON.stringify(end)}`)));
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}
