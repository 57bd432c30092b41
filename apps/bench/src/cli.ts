// The program behind `pnpm bench`.
import { main } from "./cli/main.js";
import { UserError } from "./cli/options.js";

const controller = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort(name));
try {
  await main({
    argv: process.argv.slice(2),
    callerFolder: process.env.INIT_CWD ?? process.cwd(),
    print: (line) => void process.stdout.write(`${line}\n`),
    signal: controller.signal,
  });
} catch (error) {
  process.exitCode = 1;
  if (controller.signal.aborted) process.stdout.write("Ended early. What was measured before is kept.\n");
  else if (error instanceof UserError) process.stdout.write(`${error.message}\n`);
  else throw error;
}
