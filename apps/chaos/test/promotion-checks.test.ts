import { expect, test } from "vitest";
import { type Account, checkJournals } from "../src/oracle/check-journals.js";
import { joinParts } from "../src/rows/join-parts.js";
import { acceptedAgain, toldChecks } from "../src/rows/replicated-checks.js";
import type { Check } from "../src/rows/row.js";
import { undoneByPromotion } from "../src/rows/undone-by-promotion.js";
import { workThroughChecks } from "../src/rows/work-through.js";
import { openJournalFolder } from "./journal-folder.js";

/** From when a replica was cut off until the former primary followed it. */
const PROMOTION = { fromMs: 10_000, toMs: 12_000 };

async function check(journals: Readonly<Record<number, readonly string[]>>): Promise<Account> {
  await using folder = await openJournalFolder(journals);
  return await checkJournals(folder.dir, { messages: [], keys: [] });
}

const broken = (checks: readonly Check[]): string[] => checks.filter(({ holds }) => !holds).map(({ claim }) => claim);

test("a loss is a promotion's only if the message was accepted while the replica was cut off", async () => {
  const account = await check({ 1: ["A 1.1 @5000", "S 1.1 @5001", "A 1.2 @10500", "S 1.2 @10501"] });
  expect(account.lost.count).toBe(2);
  expect(undoneByPromotion(account, [PROMOTION]).lostOtherwise.ids).toEqual(["1.1"]);
});

test("a repeat, and an ack of it, is a promotion's only if there was one in between", async () => {
  const sent = ["A 1.1 @5000", "S 1.1 @5001", "A 1.2 @5000", "S 1.2 @5001"];
  const handled = (id: string, at: number) => [`D ${id} @${at} 1`, `H ${id} @${at + 1} 1`, `K ${id} @${at + 2} 1`];
  const explained = [...handled("1.1", 9_000), ...handled("1.1", 13_500)];
  const unexplained = [...handled("1.2", 5_100), ...handled("1.2", 5_200)];
  const found = undoneByPromotion(await check({ 1: sent, 2: [...explained, ...unexplained] }), [PROMOTION]);
  expect(found.repeatedOtherwise.ids).toEqual(["1.2"]);
  expect(found.ackedTwiceOtherwise.ids).toEqual(["1.2"]);
});

test("what is lost or comes twice between two promotions as close as the row's is no promotion's", async () => {
  const promotions = [PROMOTION, { fromMs: 13_500, toMs: 15_000 }];
  const sent = ["A 1.1 @12700", "S 1.1 @12701", "A 1.2 @12300", "S 1.2 @12301", "A 1.3 @13490", "S 1.3 @13510"];
  const handled = (at: number) => [`D 1.2 @${at} 1`, `H 1.2 @${at + 1} 1`, `K 1.2 @${at + 2} 1`];
  const found = undoneByPromotion(await check({ 1: sent, 2: [...handled(12_400), ...handled(13_300)] }), promotions);
  expect(found.judged).toBe(2);
  expect(found.lostOtherwise.ids).toEqual(["1.1"]);
  expect(found.ackedTwiceOtherwise.ids).toEqual(["1.2"]);
  expect(found.repeatedOtherwise.ids).toEqual(["1.2"]);
});

test("work through a promotion that somebody else is handed is found, unless its handler was told before", async () => {
  const sent = ["A 1.1 @7000", "S 1.1 @7001"];
  const work = ["D 1.1 @8000 1", "H 1.1 @14000 1"];
  const again = ["D 1.1 @13000 1"];
  const claim = "what they had handed out once more before they were told";
  expect(broken(workThroughChecks(await check({ 1: sent, 2: work }), [PROMOTION]))).toEqual([]);
  expect(broken(workThroughChecks(await check({ 1: sent, 2: work, 3: again }), [PROMOTION]))).toEqual([claim]);
  const told = [...work, "W 1.1 @12900 1"];
  expect(broken(workThroughChecks(await check({ 1: sent, 2: told, 3: again }), [PROMOTION]))).toEqual([]);
});

test("a promotion that met no work is told of", async () => {
  expect(broken(workThroughChecks(await check({}), [PROMOTION]))).toEqual(["handlers at work through one of them"]);
});

test("what was handed out while the replica was cut off is nothing that it need know of", async () => {
  const journals = { 1: ["A 1.1 @9000"], 2: ["D 1.1 @9500 1", "H 1.1 @14000 1"], 3: ["D 1.1 @13000 1"] };
  const checks = workThroughChecks(await check(journals), [PROMOTION]);
  expect(broken(checks)).toEqual(["handlers at work through one of them"]);
});

test("each mailbox has to have a send accepted soon after a fault", async () => {
  const sent = [1, 2, 3].map((number) => `A 1.${number} @12000`);
  const account = await check({ 1: [...sent, "S 1.1 @12100", "S 1.2 @12200", "S 1.3 @19000"] });
  const within = (mailboxes: number) => acceptedAgain(account, [PROMOTION], { mailboxes, mostMs: 300 }).holds;
  expect([within(1), within(2), within(3)]).toEqual([true, true, false]);
});

test("a refusal in the server's words is found, and so is a code that does not pass by itself", async () => {
  const passing = await check({ 1: ["A 1.1 @1", "U 1.1 @2 TIMEOUT", "E - @3 CONNECTION_LOST"] });
  expect(broken(toldChecks(passing))).toEqual([]);
  const shown = await check({
    1: ["A 1.1 @1", "U 1.1 @2 STORE_FAILED", "V 1.1 @3 Redis refused: READONLY You can't write"],
  });
  expect(broken(toldChecks(shown))).toHaveLength(2);
});

test("a row of parts claims what they claim, by their names, and measures the sum or the worst", () => {
  const part = (lost: number, worstRecoveryMs: number, limit?: string) => ({
    load: `${lost} messages`,
    lost,
    duplicates: 1,
    worstRecoveryMs,
    checks: [{ claim: "lost", measured: lost, allowed: "0", holds: lost === 0 }],
    ...(limit === undefined ? {} : { limit }),
  });
  const joined = joinParts({ one: part(2, 30, "two are lost"), other: part(0, 50) });
  expect(joined).toMatchObject({ lost: 2, duplicates: 2, worstRecoveryMs: 50, limit: "one: two are lost" });
  expect(joined.checks.map(({ claim }) => claim)).toEqual(["one: lost", "other: lost"]);
});
