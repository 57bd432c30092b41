import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running `writer.ts`. */
export interface Writer extends AsyncDisposable {
  readonly pid: number;
  /** What it has said so far. */
  readonly said: Record<string, unknown>[];
  /** Resolves to the exit code, null after a signal, once everything it said was heard. Rejects on anything on stderr. */
  readonly ended: Promise<number | null>;
  kill(): void;
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const NODE = [process.execPath, "--import", file("./source-imports.ts"), file("./writer.ts")];

/** Starts a writer; with `maxFileBytes` its files can't grow beyond that, as on a full disk. */
export function startWriter(folder: string, name: string, how: string, maxFileBytes?: number): Writer {
  const limit = maxFileBytes === undefined ? "" : `ulimit -S -f ${maxFileBytes / 512}; `;
  const args = ["-c", `${limit}exec "$@"`, "sh", ...NODE, folder, name, how];
  const child = spawn("sh", args, { stdio: ["ignore", "pipe", "pipe"] });
  const said: Record<string, unknown>[] = [];
  const lines = createInterface(child.stdout).on("line", (line) => said.push(JSON.parse(line)));
  const ended = endOf(child, once(lines, "close"));
  ended.catch(() => undefined);
  return {
    pid: child.pid as number,
    said,
    ended,
    kill: () => void child.kill("SIGKILL"),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function endOf(child: ChildProcess, heard: Promise<unknown>): Promise<number | null> {
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    complaint += text;
  });
  const [code] = await once(child, "close");
  await heard;
  if (complaint !== "") throw new Error(complaint);
  return code as number | null;
}
