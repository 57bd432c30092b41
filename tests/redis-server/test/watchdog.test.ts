import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isAlive } from "./is-alive.js";

const holder = fileURLToPath(new URL("./hold-a-server.ts", import.meta.url));

test.each(["SIGKILL", "SIGINT"] as const)("a test process that ends by %s takes its server along", async (signal) => {
  const child = spawn(process.execPath, [holder], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  const { pid, dir } = JSON.parse(line) as { pid: number; dir: string };
  expect(isAlive(pid)).toBe(true);
  child.kill(signal);
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  await expect.poll(() => existsSync(dir), { timeout: 10_000 }).toBe(false);
});
