/**
 * A process that writes a log: `writer.ts <folder> <name> <how>`, where <how> is
 * `lines:<n>`: logs n messages, some with long bodies, closes when all are written, and says what became of them;
 * `flushes`: logs and flushes until it is killed, saying after each flush which messages are on the disk;
 * `end:<n>`, `exit:<n>`: logs n messages and ends by itself, or by process.exit, without closing.
 * It says things on standard output, one JSON value a line.
 */
import { setImmediate, setTimeout } from "node:timers/promises";
import { enableFileLogging } from "../../src/index.js";
import { message, tellSent } from "./messages.js";

const [folder = "", name = "", how = ""] = process.argv.slice(2);
const [way, count] = how.split(":");
const say = (value: unknown) => void process.stdout.write(`${JSON.stringify(value)}\n`);
const logger = enableFileLogging({
  baseDir: folder,
  includeBodies: true,
  onError: (error) => say({ code: error.code, message: error.message }),
});

let logged = 0;
function log(messages: number): void {
  for (let each = 0; each < messages; each++) {
    const body = logged % 100 === 0 ? "x".repeat(40_000) : "x".repeat(logged % 300);
    tellSent(message(`${name}-${logged++}`, { content: { body } }));
  }
}

if (way === "lines") {
  while (logged < Number(count)) {
    log(Math.min(50, Number(count) - logged));
    await setImmediate();
  }
  // A full disk keeps lines waiting; closing would give them up.
  while ((await logger.getLogStats()).linesWaiting > 0) await setTimeout(10);
  await logger.close();
  say(await logger.getLogStats());
} else if (way === "flushes") {
  for (;;) {
    log(200);
    await logger.flush();
    say({ onDisk: logged });
  }
} else {
  log(Number(count));
  if (way === "exit") process.exit(0);
}
