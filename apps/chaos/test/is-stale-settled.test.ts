import { expect, test } from "vitest";
import { isStaleSettled } from "../src/oracle/is-stale-settled.js";
import type { JournalEvent } from "../src/oracle/journal-event.js";
import { type Entry, Ledger } from "../src/oracle/ledger.js";

/** What the ledger makes of lines like "D 1" (delivered, attempt 1), one millisecond apart. */
function entryOf(...lines: string[]): Entry {
  const ledger = new Ledger();
  for (const [index, line] of lines.entries()) {
    const event: JournalEvent = { letter: line[0] as string, id: "1.1", atMs: index + 1, word: line.slice(2), pid: 7 };
    ledger.add(event);
  }
  const [entry] = ledger.entries();
  return entry as Entry;
}

test.each([
  ["the newest holder acks, a former one is refused", ["D 1", "D 2", "L 1", "K 2"]],
  ["a former holder retried before it was handed out again", ["D 1", "Q 1 retry", "X 1 retry", "D 2", "K 2"]],
  ["a prolonged lease ended later", ["D 1", "Q 1 extend", "X 1 extend", "D 2", "K 2"]],
  ["a former holder asked too late, and was refused", ["D 1", "D 2", "Q 1 reject", "L 1", "K 2"]],
  ["the only holder rejects", ["D 1", "Q 1 reject", "X 1 reject"]],
])("%s: nothing stale was accepted", (_title, lines) => {
  expect(isStaleSettled(entryOf(...lines))).toBe(false);
});

test.each([
  ["an ack", ["D 1", "D 2", "K 1"]],
  ["an ack, though the next holder wrote itself down later", ["D 1", "K 1", "D 2"]],
  ["a rejection", ["D 1", "D 2", "Q 1 reject", "X 1 reject"]],
  ["a rejection of what another one has acked", ["D 1", "K 1", "Q 1 reject", "X 1 reject"]],
  ["a retry", ["D 1", "D 2", "Q 1 retry", "X 1 retry"]],
  ["a prolonging", ["D 1", "D 2", "Q 1 extend", "X 1 extend"]],
])("%s of a former holder is found if it was accepted", (_title, lines) => {
  expect(isStaleSettled(entryOf(...lines))).toBe(true);
});
