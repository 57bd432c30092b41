// What stands behind `pnpm demo`, `pnpm chaos` and `pnpm bench`: builds what the app needs, then becomes the app. Standard output, the arguments
// and the exit code are the app's own; INIT_CWD tells it the folder that the caller stands in.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureFaultPrograms, ensurePeers, ensureRedis } from "./ensure-programs.mjs";
import { root, turbo } from "./turbo.mjs";

const [app, ...args] = process.argv.slice(2);
if (app === "chaos") {
  ensureRedis();
  ensureFaultPrograms();
}
if (app === "bench") {
  ensureRedis();
  ensurePeers();
}
const build = await turbo(["run", "build", `--filter=@agentcomm/${app}`, "--output-logs=errors-only"], {
  output: "keep",
});
if (build.code !== 0) {
  console.error(build.stdout + build.stderr);
  console.error(`The app "${app}" could not be built.`);
  process.exit(1);
}

// Only what is collected before a round is not counted in it.
const flags = app === "bench" ? ["--expose-gc"] : [];
const child = spawn(process.execPath, [...flags, join(root, `apps/${app}/dist/cli.js`), ...args], {
  stdio: "inherit",
  env: { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
});
// Ctrl-C reaches the app as well: it puts things in order and ends; this process ends after it. Other signals are handed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
