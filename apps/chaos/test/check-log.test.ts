import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkLog, type LogAccount } from "../src/oracle/check-log.js";
import { readLogJournals } from "../src/oracle/log-journals.js";
import { readLog } from "../src/oracle/read-log.js";
import { openJournalFolder } from "./journal-folder.js";

const line = (id: string): string => JSON.stringify({ agent_id: "logger-1", event: "step", data: { id } });
const note = (offset: number, text: string): string =>
  JSON.stringify({ error_type: "torn_line", error_message: "", details: { path: "log", offset, text } });

async function check(journal: readonly string[], text: string): Promise<LogAccount> {
  await using folder = await openJournalFolder({ 1: journal });
  const baseDir = await mkdtemp(join(tmpdir(), "agentcomm-chaos-log-"));
  try {
    await mkdir(join(baseDir, "2024-01-15"));
    await writeFile(join(baseDir, "2024-01-15", "any.jsonl"), text);
    return checkLog(await readLogJournals(folder.dir), [await readLog(baseDir)]);
  } finally {
    await rm(baseDir, { recursive: true });
  }
}

const FLUSHED = ["A 1.2 @1", "S 1.2 @2"];

test("lines that were flushed and are there are nobody's trouble, in whichever file they are", async () => {
  const metric = JSON.stringify({ agent_id: "logger-1", metric: "1.2", value: 2, unit: "lines" });
  const account = await check(FLUSHED, `${line("1.1")}\n     ${metric}\n`);
  expect(account).toMatchObject({ attempted: 2, flushed: 2, torn: 0, tornOtherwise: 0 });
  for (const finding of ["lost", "twice", "unexpected", "unreadable", "tornAway"] as const) {
    expect(account[finding].ids, finding).toEqual([]);
  }
});

test("a line that was flushed and is not there is lost; one that was not flushed need not be there", async () => {
  expect((await check(FLUSHED, `${line("1.1")}\n`)).lost.ids).toEqual(["1.2"]);
  expect((await check(["A 1.2 @1"], "")).lost.ids).toEqual([]);
});

test("a line that is there twice, or that nobody logged, is seen", async () => {
  expect((await check(FLUSHED, `${line("1.1")}\n${line("1.2")}\n${line("1.1")}\n`)).twice.ids).toEqual(["1.1"]);
  expect((await check(["A 1.1 @1"], `${line("1.2")}\n${line("9.1")}\n`)).unexpected.ids).toEqual(["1.2", "9.1"]);
});

test("a line that is no JSON object is unreadable, at the end of the file too", async () => {
  const account = await check(["A 1.2 @1"], `{"agent_id":"a","ev${line("1.1")}\n7\n{"agent`);
  expect(account.unreadable.count).toBe(3);
});

test("a torn line counts once however often it is noted, and must be noted with its text", async () => {
  const journal = ["A 1.2 @1", 'Y 1.2 @2 {"agent_id":"lo'];
  const account = await check(journal, `${note(5, '{"agent_id":"lo')}\n${note(5, '{"agent_id":"lo')}\n`);
  expect([account.torn, account.tornOtherwise, account.tornAway.count]).toEqual([1, 0, 0]);
  expect((await check(journal, `${note(5, '{"agent')}\n`)).tornAway.count).toBe(1);
});

test("a writer that was killed between two lines tore none", async () => {
  expect(await check(["A 1.2 @1", "Y 1.2 @2 "], "")).toMatchObject({ torn: 0 });
});

test("a torn line is the killed writer's that left it; a second one like it is somebody else's", async () => {
  const journal = ["A 1.2 @1", 'Y 1.2 @2 {"agent'];
  const account = await check(journal, `${note(5, '{"agent')}\n${note(9, '{"agent')}\n${note(20, '{"ag')}\n`);
  expect([account.torn, account.tornOtherwise, account.tornAway.count]).toEqual([1, 2, 0]);
});
