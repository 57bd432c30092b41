import { createMessage, encodeMessage } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { messageOf, wireOf } from "../src/contenders/message-of.js";
import { Arrivals, makeNote, USUAL_BYTES } from "../src/measure/note.js";

test("a message around a note is as long as was asked for, ours and that of the bare client alike", () => {
  for (const bytes of [USUAL_BYTES, 1_024, 65_536]) {
    const ours = encodeMessage(createMessage(messageOf(makeNote(12_345, bytes)))).length;
    const bare = JSON.stringify(wireOf(makeNote(12_345, bytes))).length;
    expect(Math.abs(ours - bytes), `${bytes}`).toBeLessThan(12);
    expect(Math.abs(bare - ours)).toBeLessThan(4);
  }
});

test("what arrived is complete when each note came once, just as it was sent", async () => {
  const arrivals = new Arrivals(2);
  arrivals.add(makeNote(1));
  arrivals.add(makeNote(0));
  await arrivals.all;
  arrivals.check();
});

test.each([
  ["one is missing", [makeNote(0)], "2 notes were sent, 1 arrived"],
  ["one came twice", [makeNote(0), makeNote(0)], "note 0 arrived twice"],
  ["one is another", [makeNote(0), { ...makeNote(1), text: "other" }], "Expected values to be strictly deep-equal"],
])("%s: that is found", (_, notes, message) => {
  const arrivals = new Arrivals(2);
  for (const note of notes) arrivals.add(note);
  expect(() => arrivals.check()).toThrow(message);
});
