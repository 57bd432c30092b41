import { expect, test } from "vitest";
import { changing } from "./changed-library.js";
import { startChaos, startChaosWith } from "./run-chaos.js";

test("--help names every row", async () => {
  await using run = await startChaos("--help");
  expect(await run.ended).toBe(0);
  expect(run.output()).toMatch(/F1 .*kill -9[\s\S]*mutants/);
});

test("a wrong row is told in a sentence, and the exit code says so", async () => {
  await using run = await startChaos("F99");
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/^There is no row "f99"\. There are: F1, .*\n$/);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGKILL", "SIGKILL"],
] as const)("ended by %s it leaves no process and no file behind", { timeout: 60_000 }, async (signal, code) => {
  await using run = await startChaos("F6", "--seed", "1", "--scale", "0.05", "--out", "results.json");
  // A server runs, and actors, of which some stand still.
  await expect.poll(async () => (await run.around()).join("\n"), { interval: 200 }).toMatch(/redis|valkey/);
  await expect.poll(async () => (await run.around()).join("\n"), { interval: 200 }).toMatch(/^T/m);
  run.child.kill(signal);
  expect(await run.ended).toBe(code);
  // What outlives a killed program finds out by itself, and then tidies up. Journals stay in the folder for temporary files.
  await expect
    .poll(async () =>
      (await run.around()).filter((left) => !(signal === "SIGKILL" && left.startsWith("agentcomm-chaos-"))),
    )
    .toEqual([]);
});

test("killed, it leaves no process behind that is caught in an endless loop", { timeout: 60_000 }, async () => {
  const endless = `if (process.send) {
    process.getBuiltinModule("node:fs").writeFileSync(process.env.TMPDIR + "/endless", "");
    for (;;);
  }`;
  const head = "function decodeMessage(data, limits) {";
  const [option, hooks] = changing("protocol/dist/codec.js", head, head + endless);
  await using run = await startChaosWith({ NODE_OPTIONS: `${option} ${hooks}` }, "input", "--scale", "0.001");
  await expect.poll(() => run.around(), { timeout: 30_000 }).toContain("endless");
  run.child.kill("SIGKILL");
  expect(await run.ended).toBe("SIGKILL");
  await expect
    .poll(async () => (await run.around()).filter((left) => left.includes("node")), { timeout: 10_000 })
    .toEqual([]);
});
