// The program behind `pnpm chaos`.
import { abortOnSignals } from "./cli/interruption.js";
import { main } from "./cli/main.js";

process.exitCode = await main({
  argv: process.argv.slice(2),
  callerFolder: process.env.INIT_CWD ?? process.cwd(),
  stdout: process.stdout,
  signal: abortOnSignals(),
});
