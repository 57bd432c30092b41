import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Address, ask } from "./ask.js";
import { findServerProgram } from "./find-server-program.js";
import { watchOver } from "./watchdog.js";

/** One run of a server, from its start to its end. */
export interface ServerProcess {
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Sends the signal and resolves once the process is gone. */
  end(name: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** How a server's process is started. */
export interface ProcessOptions {
  readonly args?: readonly string[];
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a server on the `redis.conf` in `dir` and resolves once it answers at `address`.
 * Rejects with the end of its log when it exits instead, or answers nothing for 20 seconds.
 */
export async function startProcess(
  dir: string,
  address: Address,
  { args = [], env }: ProcessOptions = {},
): Promise<ServerProcess> {
  const child = spawn(findServerProgram(), [join(dir, "redis.conf"), ...args], {
    cwd: dir,
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise((resolve, reject) => child.once("spawn", () => resolve(undefined)).once("error", reject));
  // The server is no reason for a test process to live on; the watcher ends it with the process.
  child.unref();
  const pid = child.pid as number;
  const dismissWatcher = watchOver(pid, dir);
  const server: ServerProcess = {
    pid,
    signal: (name) => void child.kill(name),
    async end(name) {
      if (isRunning(child)) {
        child.ref();
        child.kill(name);
        await exited;
      }
      dismissWatcher();
    },
  };
  try {
    await answers(child, address, dir);
    return server;
  } catch (error) {
    await server.end("SIGKILL");
    throw error;
  }
}

async function answers(child: ChildProcess, address: Address, dir: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const reply = await ask(address, "PING").catch((error: Error) => error.message);
    // A server that demands a password is up as well.
    if (reply === "+PONG" || reply.startsWith("-NOAUTH")) return;
    if (!isRunning(child) || performance.now() > deadline) {
      const log = await readFile(join(dir, "redis.log"), "utf8").catch(() => "(no log)");
      throw new Error(`The Redis server did not start (${reply}). Its log ends with:\n${log.slice(-2_000)}`);
    }
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
