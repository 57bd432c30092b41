import { expect, test } from "vitest";
import type { Damage } from "../src/faults/store-vandal.js";
import { checkJournals } from "../src/oracle/check-journals.js";
import { accountForDamage, type DamageAccount } from "../src/rows/damage-account.js";
import { openJournalFolder } from "./journal-folder.js";

async function account(received: readonly string[], damages: readonly Damage[]): Promise<DamageAccount> {
  await using folder = await openJournalFolder({ 1: ["A 1.1 @10", "S 1.1 @11"], 2: received });
  return accountForDamage(await checkJournals(folder.dir, { messages: [], keys: [] }), damages);
}

const damageAt = (fromMs: number, ...taken: string[]): Damage => ({ fromMs, toMs: fromMs + 1, taken, done: true });

test("what a damage took is lost to it, and what none took is lost otherwise", async () => {
  const taken = await account([], [damageAt(20, "1.1")]);
  expect([taken.lostToDamage.ids, taken.lostOtherwise.ids]).toEqual([["1.1"], []]);
  const missing = await account([], [damageAt(20, "1.2")]);
  expect([missing.lostToDamage.ids, missing.lostOtherwise.ids]).toEqual([[], ["1.1"]]);
});

test("two first attempts are two copies, unless damage lies between the send and the second one", async () => {
  const twice = ["D 1.1 @20 1", "D 1.1 @40 1", "H 1.1 @41"];
  expect((await account(twice, [])).storedTwice.ids).toEqual(["1.1"]);
  expect((await account(twice, [damageAt(5), damageAt(50)])).storedTwice.ids).toEqual(["1.1"]);
  expect((await account(twice, [damageAt(30)])).storedTwice.ids).toEqual([]);
});

test("a second attempt is no copy", async () => {
  expect((await account(["D 1.1 @20 1", "D 1.1 @40 2", "H 1.1 @41"], [])).storedTwice.ids).toEqual([]);
});
