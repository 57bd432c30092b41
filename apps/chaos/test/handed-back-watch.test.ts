import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HandedBackWatch } from "../src/oracle/handed-back-watch.js";

test("handed back is what comes again after its holder was stopped", async () => {
  const dir = await mkdtemp(join(tmpdir(), "agentcomm-handed-back-watch-"));
  try {
    const watch = new HandedBackWatch(dir);
    const write = (pid: number, ...lines: readonly string[]): Promise<void> =>
      appendFile(join(dir, `receiver.${pid}.journal`), lines.map((line) => `${line}\n`).join(""));
    const stopped = [{ pid: 7, atMs: 50 }];
    await write(7, "D 1.1 10000000 1", "D 1.2 20000000 1", "H 1.2 30000000 1", "D 1.3 60000000 1");
    await write(8, "D 1.4 10000000 1");
    expect(await watch.count(stopped)).toBe(0);
    // Delivered after the stop, or held by somebody else: it did not come back because of it.
    await write(9, "D 1.3 70000000 2", "D 1.4 70000000 2");
    expect(await watch.count(stopped)).toBe(0);
    await write(9, "D 1.1 80000000 2", "H 1.1 90000000 2");
    expect(await watch.count(stopped)).toBe(1);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
