import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findServerProgram } from "../src/index.js";

async function folderWith(...programs: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "agentcomm-path-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const program of programs) {
    await writeFile(join(folder, program), "");
    await chmod(join(folder, program), 0o755);
  }
  return folder;
}

test("redis-server comes before valkey-server", async () => {
  const folder = await folderWith("redis-server", "valkey-server");
  expect(findServerProgram({ PATH: folder })).toBe(join(folder, "redis-server"));
});

test("valkey-server will do", async () => {
  const folder = await folderWith("valkey-server");
  expect(findServerProgram({ PATH: folder })).toBe(join(folder, "valkey-server"));
});

test("without either, one line says how to get one", async () => {
  const folder = await folderWith();
  expect(() => findServerProgram({ PATH: folder })).toThrow(/^No redis-server .* install Redis 7\.$/);
});
