import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ask } from "../src/index.js";

const holder = fileURLToPath(new URL("./hold-a-server.ts", import.meta.url));

test.each(["SIGKILL", "SIGINT"] as const)("a test process that ends by %s takes its server along", async (signal) => {
  const child = spawn(process.execPath, [holder], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  const { port, dir } = JSON.parse(line) as { port: number; dir: string };
  const server = { host: "127.0.0.1", port };
  expect(await ask(server, "PING")).toBe("+PONG");
  child.kill(signal);
  await expect.poll(() => ask(server, "PING").catch(String), { timeout: 10_000 }).toContain("ECONNREFUSED");
  await expect.poll(() => existsSync(dir), { timeout: 10_000 }).toBe(false);
});
