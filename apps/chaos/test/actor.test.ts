import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Actor, startActor } from "../src/actors/actor.js";
import { WakeWatch } from "../src/actors/wake-watch.js";

/** Starts a logger, which needs no server, and has it run this code when it is told to stop; `use` must see no failure but by the stop. */
async function withLogger(whenToldToStop: string, use: (actor: Actor) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "agentcomm-actor-"));
  using wakeWatch = new WakeWatch();
  const failures: Error[] = [];
  const preload = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    process.on("message", ({ kind }) => { if (kind === "stop") { ${whenToldToStop} } });
  `;
  try {
    await using actor = await startActor(
      { kind: "logger", dir, baseDir: join(dir, "log"), logger: 1, perSecond: 100, perFlush: 5, cutAt: 0 },
      {
        wakeWatch,
        execArgv: ["--import", `data:text/javascript,${encodeURIComponent(preload)}`],
        onFailure: (error) => failures.push(error),
      },
    );
    await use(actor);
  } finally {
    await rm(dir, { recursive: true });
  }
  expect(failures).toEqual([]);
}

test("a stop in good order resolves", async () => {
  await withLogger("", async (actor) => {
    await actor.stop();
    await actor.done;
  });
});

test.each([
  [
    "throws",
    'fs.closeSync = () => { throw new Error("it would not close") }; syncBuiltinESMExports()',
    "it would not close",
  ],
  ["crashes", 'throw new Error("it broke down")', "it broke down"],
  ["ends with an exit code", "process.exit(7)", "exit code 7"],
  ["ends by a signal", 'process.kill(process.pid, "SIGKILL")', "SIGKILL"],
])("a stop that %s rejects", async (_, whenToldToStop, message) => {
  await withLogger(whenToldToStop, (actor) => expect(actor.stop()).rejects.toThrow(message));
});

test("who kills a process hears of no failure", async () => {
  await withLogger("", async (actor) => {
    await actor.kill();
    await actor.done;
  });
});
