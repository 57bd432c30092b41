import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { JournalWatch } from "../src/oracle/journal-watch.js";

test("each whole line of the role's journals is told once, a torn one when its end is there", async () => {
  const dir = await mkdtemp(join(tmpdir(), "agentcomm-journal-watch-"));
  try {
    const watch = new JournalWatch(dir, "receiver");
    const heard = async (): Promise<string[]> => {
      const found: string[] = [];
      await watch.catchUp(({ letter, id, pid }) => found.push(`${letter} ${id} of ${pid}`));
      return found.sort();
    };
    await appendFile(join(dir, "receiver.7.journal"), "D 1.1 1000000 1\nH 1.1 20");
    await appendFile(join(dir, "sender-1.8.journal"), "A 1.1 1000000\n");
    expect(await heard()).toEqual(["D 1.1 of 7"]);
    expect(await heard()).toEqual([]);
    await appendFile(join(dir, "receiver.7.journal"), "00000 1\n");
    await appendFile(join(dir, "receiver.9.journal"), "D 1.2 1000000 1\n");
    expect(await heard()).toEqual(["D 1.2 of 9", "H 1.1 of 7"]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
