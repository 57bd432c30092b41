import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Report } from "../src/report/report.js";

/** The program as `pnpm demo` starts it. */
const PROGRAM = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** How the program ended, and what it wrote. */
export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in a folder, and resolves when it has ended. */
export async function runCli(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliRun> {
  const child = startCli(folder, args, env);
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** Starts the program in a folder. */
export function startCli(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const options = { cwd: folder, env: environment(folder, env) };
  return spawn(process.execPath, [PROGRAM, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts the program on a terminal of its own, so many columns and rows. What is written to `stdin` is typed there. */
export function startOnTerminal(
  folder: string,
  args: readonly string[],
  size: { readonly columns: number; readonly rows: number },
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(" ");
  const shell = `stty cols ${size.columns} rows ${size.rows}; exec ${words}`;
  return spawn("script", ["-qec", shell, "/dev/null"], {
    cwd: folder,
    env: { ...environment(folder, env), TERM: "xterm-256color", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
}

/** The report that a run has written. */
export async function readReport(file: string): Promise<Report> {
  return JSON.parse(await readFile(file, "utf8")) as Report;
}

/** The processes in whose environment a variable has that value: those that a run has started, and theirs. */
export async function processesWith(name: string, value: string): Promise<number[]> {
  const all = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const own = await Promise.all(
    all.map(async (pid) => {
      // A process that ended meanwhile has no environment any more.
      const environ = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environ.split("\0").includes(`${name}=${value}`);
    }),
  );
  return all.filter((_, at) => own[at]);
}

function environment(folder: string, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH = "" } = process.env;
  return { PATH, LC_ALL: "C.UTF-8", INIT_CWD: folder, ...env };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const piece of stream.setEncoding("utf8")) text += piece;
  return text;
}
