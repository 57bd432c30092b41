import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The top level of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs turbo at the top level and resolves to its exit code and, where it was kept from the terminal, what it printed.
 * `output` is "show" (the default: both streams where they belong), "stderr" (all of it on standard error) or "keep".
 */
export async function turbo(args, { output = "show" } = {}) {
  const program = createRequire(import.meta.url).resolve("turbo/bin/turbo");
  const stdio = { show: "inherit", stderr: ["inherit", 2, 2], keep: ["ignore", "pipe", "pipe"] }[output];
  const env = { ...process.env, DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  const child = spawn(process.execPath, [program, ...args], { cwd: root, env, stdio });
  const stdout = [];
  const stderr = [];
  child.stdout?.on("data", (chunk) => stdout.push(chunk));
  child.stderr?.on("data", (chunk) => stderr.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

// `node scripts/turbo.mjs run build` is turbo itself, with the telemetry off.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { code } = await turbo(process.argv.slice(2));
  process.exitCode = code;
}
