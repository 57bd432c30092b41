import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Account, checkJournals, type Interruption } from "../src/oracle/check-journals.js";
import type { StoreContents } from "../src/oracle/raw-store.js";
import { nothingLost } from "../src/rows/checks.js";
import { openJournalFolder } from "./journal-folder.js";

const EMPTY: StoreContents = { messages: [], keys: [] };
const SENT = ["A 1.1 @10", "S 1.1 @11"];
const HANDLED = ["D 1.1 @20 1", "H 1.1 @21 1", "K 1.1 @22 1"];

async function check(
  journals: Readonly<Record<number, readonly string[]>>,
  store: StoreContents = EMPTY,
  interruptions: readonly Interruption[] = [],
): Promise<Account> {
  await using folder = await openJournalFolder(journals);
  return await checkJournals(folder.dir, store, { interruptions });
}

const queued = (...ids: string[]): StoreContents => ({
  messages: ids.map((id) => ({ id, agentId: "bob", place: "queued" })),
  keys: [],
});
const dead = (...ids: string[]): StoreContents => ({
  messages: ids.map((id) => ({ id, agentId: "bob", place: "dead", reason: "poison" })),
  keys: [],
});

test("a message that was sent, handled and acked is nobody's trouble", async () => {
  const account = await check({ 1: SENT, 2: HANDLED });
  expect(account).toMatchObject({ attempted: 1, accepted: 1, handled: 1, deliveries: 1, repeats: 0, leaseLost: 0 });
  for (const finding of ["lost", "stranded", "leftBehind", "unexpected", "storedTwice", "ackedTwice"] as const) {
    expect(account[finding].ids, finding).toEqual([]);
  }
});

test("what was accepted, was never handled and is nowhere is lost", async () => {
  expect((await check({ 1: SENT })).lost.ids).toEqual(["1.1"]);
});

test("what was delivered and acked but whose handler never ended is lost", async () => {
  expect((await check({ 1: SENT, 2: ["D 1.1 @20 1", "K 1.1 @21 1"] })).lost.ids).toEqual(["1.1"]);
});

test("what was accepted and still waits is stranded, not lost; what is dead is neither", async () => {
  const waiting = await check({ 1: SENT }, queued("1.1"));
  expect([waiting.lost.count, waiting.stranded.ids]).toEqual([0, ["1.1"]]);
  const buried = await check({ 1: SENT }, dead("1.1"));
  expect([buried.lost.count, buried.stranded.count, buried.dead]).toEqual([0, 0, { poison: 1 }]);
});

test("whatever else still waits is left behind: what was handled and never settled, what need not be there, what nobody can read", async () => {
  const handled = await check({ 1: SENT, 2: HANDLED.slice(0, 2) }, queued("1.1"));
  expect([handled.stranded.count, handled.leftBehind.ids]).toEqual([0, ["1.1"]]);
  const unsure = await check({ 1: ["A 1.1 @10", "U 1.1 @11 TIMEOUT"] }, queued("1.1"));
  expect([unsure.stranded.count, unsure.leftBehind.ids]).toEqual([0, ["1.1"]]);
  expect((await check({}, queued("", "7.7"))).leftBehind.ids).toEqual(["an unreadable entry", "7.7"]);
  // Stranded says it already; the dead have their place.
  expect((await check({ 1: SENT }, queued("1.1"))).leftBehind.count).toBe(0);
  expect((await check({ 1: SENT, 2: HANDLED }, dead("1.1"))).leftBehind.count).toBe(0);
});

test("what every row claims fails for what is left behind, for dead letters that nobody made, and for acks that nobody saw", async () => {
  const broken = (account: Account, dead = 0): string[] =>
    nothingLost(account, { dead })
      .filter(({ holds }) => !holds)
      .map(({ claim }) => claim);
  const clean = await check({ 1: SENT, 2: HANDLED });
  expect(broken(clean)).toEqual([]);
  expect(broken(clean, 1)).toEqual(["dead letters"]);
  expect(broken(await check({ 1: SENT, 2: HANDLED }, queued("1.1")))).toEqual(["messages left behind in the store"]);
  expect(broken(await check({ 1: SENT, 2: HANDLED }, dead("1.1")))).toEqual(["dead letters"]);
  expect(broken(await check({ 1: SENT, 2: HANDLED.slice(0, 2) }))).toEqual(["acks seen"]);
});

test("a send that failed need not be stored, and one whose outcome is unknown may be", async () => {
  const account = await check({ 1: ["A 1.1 @10", "N 1.1 @11 TIMEOUT", "A 1.2 @12", "U 1.2 @13 TIMEOUT"] });
  expect(account).toMatchObject({ nothing: 1, unknown: 1, failures: { TIMEOUT: 2 } });
  expect([account.lost.count, account.unexpected.count]).toEqual([0, 0]);
});

test.each([
  ["is delivered", { 1: ["A 1.1 @10", "N 1.1 @11 TIMEOUT"], 2: HANDLED }, EMPTY],
  ["waits in the store", { 1: ["A 1.1 @10", "N 1.1 @11 TIMEOUT"] }, queued("1.1")],
  ["is a dead letter", { 1: ["A 1.1 @10", "N 1.1 @11 TIMEOUT"] }, dead("1.1")],
])("what a sender was told is not stored, and %s, is unexpected", async (_, journals, store) => {
  expect((await check(journals, store)).unexpected.ids).toEqual(["1.1"]);
});

test("what nobody sent is unexpected, wherever it turns up", async () => {
  expect((await check({ 2: HANDLED })).unexpected.ids).toEqual(["1.1"]);
  expect((await check({}, queued("7.7"))).unexpected.ids).toEqual(["7.7"]);
  expect((await check({}, dead("a stranger's"))).unexpected.ids).toEqual(["a stranger's"]);
});

test("two first deliveries, or two copies in the store, are a message stored twice; a marked repeat is not", async () => {
  expect((await check({ 1: SENT, 2: HANDLED, 3: HANDLED })).storedTwice.ids).toEqual(["1.1"]);
  expect((await check({ 1: SENT }, queued("1.1", "1.1"))).storedTwice.ids).toEqual(["1.1"]);
  const repeated = await check({ 1: SENT, 2: ["D 1.1 @20 1"], 3: ["D 1.1 @30 2", "H 1.1 @31 2", "K 1.1 @32 2"] });
  expect([repeated.storedTwice.count, repeated.repeats]).toEqual([0, 1]);
});

test("two acks of one message are seen", async () => {
  const journals = { 1: SENT, 2: HANDLED, 3: ["D 1.1 @30 2", "H 1.1 @31 2", "K 1.1 @32 2"] };
  expect((await check(journals)).ackedTwice.ids).toEqual(["1.1"]);
});

test("finished work that is handed out again is told from unfinished work that is", async () => {
  const again = ["D 1.1 @30 2", "H 1.1 @31 2"];
  expect((await check({ 1: SENT, 2: HANDLED, 3: again })).repeatedAfterHandled.ids).toEqual(["1.1"]);
  expect((await check({ 1: SENT, 2: ["D 1.1 @20 1"], 3: again })).repeatedAfterHandled.ids).toEqual([]);
});

test("a recovery is the time from the interruption of a holder to the next delivery", async () => {
  const journals = { 1: SENT, 2: ["D 1.1 @20 1"], 3: ["D 1.1 @1520 2", "H 1.1 @1521 2"] };
  expect((await check(journals, EMPTY, [{ pid: 2, atMs: 500 }])).recoveriesMs).toEqual([1_020]);
  // Interrupted before it held the message, or somebody else was: no recovery.
  expect((await check(journals, EMPTY, [{ pid: 2, atMs: 10 }])).recoveriesMs).toEqual([]);
  expect((await check(journals, EMPTY, [{ pid: 9, atMs: 500 }])).recoveriesMs).toEqual([]);
});

test("how long a recovery took is measured as the row says", async () => {
  await using folder = await openJournalFolder({ 1: SENT, 2: ["D 1.1 @20 1"], 3: ["D 1.1 @1520 2", "H 1.1 @1521 2"] });
  const took = (fromMs: number, toMs: number): number => toMs - fromMs - 300;
  const account = await checkJournals(folder.dir, EMPTY, { interruptions: [{ pid: 2, atMs: 500 }], took });
  expect(account.recoveriesMs).toEqual([720]);
  expect(account.took(1_000, 2_000)).toBe(700);
});

test("a line that its writer's death has torn counts for nothing", async () => {
  await using folder = await openJournalFolder({ 1: SENT });
  await appendFile(join(folder.dir, "actor.1.journal"), "S 1.2 120000");
  expect(await checkJournals(folder.dir, EMPTY)).toMatchObject({ attempted: 1, accepted: 1 });
});

test("troubles and lost leases are counted", async () => {
  const account = await check({
    1: SENT,
    2: ["E - @5 CONNECTION_LOST", "E - @6 DATA_LOST", ...HANDLED, "L 1.1 @40 2"],
  });
  expect(account).toMatchObject({ troubles: { CONNECTION_LOST: 1, DATA_LOST: 1 }, leaseLost: 1 });
});

test("a timed call that ended after its deadline is told: by how much, and how much of that is not its own fault", async () => {
  const account = await check({ 1: [...SENT, "O send @12 120.5 3.0", "O stats @13 2.0 0.0"], 2: HANDLED });
  expect(account.overdue).toEqual([
    { name: "send", lateMs: 120.5, starvedMs: 3 },
    { name: "stats", lateMs: 2, starvedMs: 0 },
  ]);
  expect(account.unexpected.ids).toEqual([]);
});
