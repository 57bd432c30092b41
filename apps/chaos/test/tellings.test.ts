import { expect, test } from "vitest";
import { checkJournals } from "../src/oracle/check-journals.js";
import { Stalls } from "../src/oracle/stalls.js";
import { type Tellings, tellings } from "../src/rows/tellings.js";
import { openJournalFolder } from "./journal-folder.js";

const LAGGARD = 2;
const stall = (fromMs: number, toMs: number, starvedMs: number): string =>
  `Z 1.1 @${toMs} ${JSON.stringify([{ fromMs, toMs, starvedMs }])}`;

/** What a process that was handed a message at 1,000 says of it, which somebody else is handed at 2,000. */
async function look(...said: readonly string[]): Promise<Tellings> {
  const sent = ["A 1.1 @900", "S 1.1 @901"];
  const journals = { 1: sent, [LAGGARD]: ["D 1.1 @1000 1", ...said], 3: ["D 1.1 @2000 2", "H 1.1 @2500 2"] };
  await using folder = await openJournalFolder(journals, "receiver");
  const account = await checkJournals(folder.dir, { messages: [], keys: [] });
  const stalls = await Stalls.read(folder.dir);
  const starvedMs = (pid: number, fromMs: number, toMs: number) => stalls.starvedMs(pid, fromMs, toMs);
  return tellings(account, new Set([LAGGARD]), { earlyMs: 150, starvedMs });
}

test("a handler has to be told before somebody else is handed its message", async () => {
  expect(await look("W 1.1 @1900 1", "H 1.1 @2600 1")).toEqual({ told: 1, late: 0 });
  expect(await look("W 1.1 @2010 1", "H 1.1 @2600 1")).toEqual({ told: 1, late: 1 });
  expect(await look("H 1.1 @2600 1")).toEqual({ told: 0, late: 1 });
});

test("a handler that has ended before has nothing to be told", async () => {
  expect(await look("H 1.1 @1900 1")).toEqual({ told: 0, late: 0 });
});

test("it may be told later by as much as its process was not let run from when it was due", async () => {
  const told = ["W 1.1 @2050 1", "H 1.1 @2600 1"];
  expect((await look(...told, stall(1_840, 2_050, 200))).late).toBe(0);
  expect((await look(...told, stall(1_980, 2_020, 40))).late).toBe(1);
  // Before it was due, and after it was told, it does not matter.
  expect((await look(...told, stall(1_500, 1_840, 340))).late).toBe(1);
  expect((await look(...told, stall(2_060, 2_400, 340))).late).toBe(1);
});

test("a stall that is told of twice is one", async () => {
  const twice = [stall(1_980, 2_010, 30), stall(1_980, 2_010, 30)];
  expect((await look("W 1.1 @2050 1", "H 1.1 @2600 1", ...twice)).late).toBe(1);
});
