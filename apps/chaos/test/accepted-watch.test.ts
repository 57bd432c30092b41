import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AcceptedWatch } from "../src/oracle/accepted-watch.js";
import { openJournalFolder } from "./journal-folder.js";

test("accepted sends are counted as they are written down, of one sender or of all", async () => {
  await using folder = await openJournalFolder({});
  const write = (name: string, lines: string): Promise<void> => appendFile(join(folder.dir, name), lines);
  const watch = new AcceptedWatch(folder.dir);
  expect(await watch.count()).toBe(0);
  await write("sender-1.7.journal", "A 1.1 1000000\nS 1.1 2000000\nA 1.2 3000000\nU 1.2 4000000 TIMEOUT\n");
  await write("sender-12.8.journal", "A 12.1 1000000\nS 12.1 2000000\nA 12.2 3000000\n");
  await write("receiver.9.journal", "D 1.1 2000000 1\n");
  expect([await watch.count(), await watch.count(7), await watch.count(9)]).toEqual([2, 1, 0]);
  await write("sender-12.8.journal", "S 12.2 4000000\n");
  expect([await watch.count(), await watch.count(8)]).toEqual([3, 2]);
});
