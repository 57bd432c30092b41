// The program behind `pnpm demo`.
import { abortOnSignals } from "./cli/interruption.js";
import { main } from "./cli/main.js";

// Whoever reads our output may stop reading (`pnpm demo | head`): the report is written all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await main({
  argv: process.argv.slice(2),
  env: process.env,
  callerFolder: process.env.INIT_CWD ?? process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: abortOnSignals(),
});
