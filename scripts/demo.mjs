// What stands behind `pnpm demo`: builds what the demo needs, then becomes the demo. Standard output, the arguments and the exit
// code are the demo's own; INIT_CWD tells it the folder that the caller stands in.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root, turbo } from "./turbo.mjs";

const build = await turbo(["run", "build", "--filter=@agentcomm/demo", "--output-logs=errors-only"], {
  output: "keep",
});
if (build.code !== 0) {
  console.error(build.stdout + build.stderr);
  console.error("The demo could not be built.");
  process.exit(1);
}

const demo = spawn(process.execPath, [join(root, "apps/demo/dist/cli.js"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
});
// Ctrl-C reaches the demo as well: it puts the terminal in order and ends; this process ends after it. Other signals are handed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => demo.kill(signal));
demo.once("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
