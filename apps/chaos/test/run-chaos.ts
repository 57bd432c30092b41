import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** The program, run in a process of its own with a folder of its own for all that is temporary. */
export interface ChaosRun extends AsyncDisposable {
  readonly child: ChildProcess;
  /** All that it has printed so far. */
  readonly output: () => string;
  /** Resolves to its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** What is there of it besides itself: processes, each with its state (T: it stands still), and files. */
  around(): Promise<string[]>;
}

export const startChaos = (...args: readonly string[]): Promise<ChaosRun> => startChaosWith({}, ...args);

/** With that in its environment, and in that of every process of its own. */
export async function startChaosWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<ChaosRun> {
  const folder = await mkdtemp(join(tmpdir(), "agentcomm-chaos-run-"));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...env, TMPDIR: folder, INIT_CWD: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  return {
    child,
    output: () => output,
    ended,
    async around() {
      const { stdout } = await promisify(execFile)("ps", ["axeww", "-o", "stat,command"], { maxBuffer: 2 ** 26 });
      // Every process that it starts has the folder in its environment.
      const processes = stdout
        .split("\n")
        .filter((line) => line.includes(`TMPDIR=${folder}`) && !line.includes(PROGRAM));
      return [...processes.map((line) => line.slice(0, 200)), ...(await readdir(folder))];
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
