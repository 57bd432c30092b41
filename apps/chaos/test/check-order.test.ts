import { expect, test } from "vitest";
import { checkJournals } from "../src/oracle/check-journals.js";
import { checkOrder, type OrderFindings } from "../src/oracle/check-order.js";
import { openJournalFolder } from "./journal-folder.js";

/** Ids of sender 1, from the most urgent: 1.1 and 1.2 are critical, the others low. Process 2 reads them one by one. */
async function orderOf(sent: readonly string[], read: readonly string[]): Promise<OrderFindings> {
  await using folder = await openJournalFolder({ 1: sent, 2: read });
  const account = await checkJournals(folder.dir, { messages: [], keys: [] });
  return checkOrder(account.entries(), (id) => ({ sender: 1, urgency: Number(id.slice(2)) <= 2 ? 0 : 1 }));
}

const sendOf = (id: string, at: number) => [`A ${id} @${at}`, `S ${id} @${at + 1}`];
const readOf = (id: string, at: number) => [`D ${id} @${at} 1`, `H ${id} @${at + 2}`];

test("what is read as it was sent is in order", async () => {
  const sent = [...sendOf("1.3", 1), ...sendOf("1.4", 3), ...sendOf("1.5", 5)];
  const found = await orderOf(sent, [...readOf("1.3", 20), ...readOf("1.4", 30), ...readOf("1.5", 40)]);
  expect(found).toEqual({ overtaken: [], lessUrgentFirst: [], overtaking: 0 });
});

test("a message that is read after a later one of its sender was overtaken", async () => {
  const found = await orderOf([...sendOf("1.3", 1), ...sendOf("1.4", 3)], [...readOf("1.4", 20), ...readOf("1.3", 30)]);
  expect(found.overtaken).toEqual(["1.3"]);
});

test("an urgent message may overtake others of its sender", async () => {
  const found = await orderOf([...sendOf("1.3", 1), ...sendOf("1.1", 3)], [...readOf("1.1", 20), ...readOf("1.3", 30)]);
  expect(found).toEqual({ overtaken: [], lessUrgentFirst: [], overtaking: 1 });
});

test("what is handed out before a more urgent one, accepted before the receiver asked, came too early", async () => {
  const sent = [...sendOf("1.3", 1), ...sendOf("1.4", 3), ...sendOf("1.1", 5)];
  const found = await orderOf(sent, [...readOf("1.3", 20), ...readOf("1.4", 30), ...readOf("1.1", 40)]);
  expect(found.lessUrgentFirst).toEqual(["1.4"]);
});

test("what became urgent after the receiver had asked is not held against it", async () => {
  const sent = [...sendOf("1.3", 1), ...sendOf("1.4", 3), ...sendOf("1.1", 25)];
  const found = await orderOf(sent, [...readOf("1.3", 20), ...readOf("1.4", 30), ...readOf("1.1", 40)]);
  expect(found.lessUrgentFirst).toEqual([]);
});
