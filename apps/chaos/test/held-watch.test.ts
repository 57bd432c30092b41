import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HeldWatch } from "../src/oracle/held-watch.js";
import { journalNow } from "../src/oracle/read-journals.js";

test("a receiver holds what was delivered to it, until it is handled or ended otherwise", async () => {
  const dir = await mkdtemp(join(tmpdir(), "agentcomm-held-watch-"));
  try {
    const watch = new HeldWatch(dir);
    const write = async (line: string): Promise<void> => await appendFile(join(dir, "receiver.7.journal"), line);
    const ns = (msAgo: number): number => Math.round((journalNow() - msAgo) * 1_000_000);
    await write(`D 1.1 ${ns(5_000)} 1\nD 1.2 ${ns(0)} 1\n`);
    expect(await watch.holds(7)).toBe(true);
    expect(await watch.holds(7, 4_000, 60_000)).toBe(true);
    expect(await watch.holds(7, 60_000)).toBe(false);
    expect(await watch.holds(7, 0, 4_000)).toBe(true);
    expect(await watch.holds(8)).toBe(false);
    await write(`H 1.1 ${ns(0)} 1\n`);
    expect(await watch.holds(7, 4_000)).toBe(false);
    await write(`Q 1.2 ${ns(0)} 1 retry\n`);
    expect(await watch.holds(7)).toBe(false);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
