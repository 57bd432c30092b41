import fc from "fast-check";
import { anyJson } from "../arbitraries/json.js";
import { wireMessage } from "../arbitraries/wire-message.js";
import { type EntryCase, messageEntry } from "../entries/entry-case.js";
import { openReaderCheck } from "../entries/reader-check.js";
import type { InputClass } from "../input-class.js";
import { textOfBytes } from "../text-parts.js";

/** What is done to the structure of a message: at which of its places, with what. */
interface Change {
  readonly what: "swap" | "duplicate" | "delete" | "replace" | "splice" | "rename" | "wrap";
  readonly at: number;
  readonly other: number;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom("swap", "duplicate", "delete", "replace", "splice", "rename", "wrap"),
  at: fc.nat(),
  other: fc.nat(),
  value: anyJson,
});

type Holder = Record<string, unknown>;
interface Place {
  readonly holder: Holder;
  readonly key: string;
}

/** Every key of every object and array inside. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => [{ holder: value as Holder, key }, ...placesIn((value as Holder)[key])]);
}

function applyTo(message: Holder, { what, at, other, value }: Change): void {
  const places = placesIn(message);
  const one = places[at % Math.max(places.length, 1)];
  const two = places[other % Math.max(places.length, 1)];
  if (one === undefined || two === undefined) return;
  const [first, second] = [one.holder[one.key], two.holder[two.key]];
  switch (what) {
    case "swap":
      // Not into itself.
      one.holder[one.key] = structuredClone(second);
      two.holder[two.key] = structuredClone(first);
      break;
    case "duplicate":
      one.holder[`${one.key}_`] = structuredClone(first);
      break;
    case "delete":
      delete one.holder[one.key];
      break;
    case "replace":
      one.holder[one.key] = value;
      break;
    case "splice":
      one.holder[one.key] = structuredClone(second);
      break;
    case "rename":
      delete one.holder[one.key];
      one.holder[two.key] = first;
      break;
    case "wrap":
      one.holder[one.key] = other % 2 === 0 ? [first] : { [one.key]: first };
  }
}

const restructured = fc
  .tuple(wireMessage, fc.array(change, { minLength: 1, maxLength: 4 }))
  .map(([message, changes]) => {
    const changed = JSON.parse(JSON.stringify(message)) as Holder;
    for (const each of changes) applyTo(changed, each);
    return messageEntry(JSON.stringify(changed));
  });

/** Changes of bytes: put in, put in place of, taken out, a bit turned around, a piece of the message put somewhere else. */
const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(4), fc.nat(40)), { minLength: 1, maxLength: 4 });

const flipped = fc.tuple(wireMessage, flips).map(([message, changes]) => {
  let bytes = Buffer.from(JSON.stringify(message));
  for (const [place, byte, kind, length] of changes) {
    const at = place % bytes.length;
    const before = bytes.subarray(0, at);
    const turned = (bytes[at] ?? 0) ^ (1 << (byte % 8));
    const from = (place * 31) % bytes.length;
    const put = [[byte], [byte], [], [turned], [...bytes.subarray(from, from + length)]][kind] ?? [];
    const rest = bytes.subarray(kind === 0 || kind === 4 ? at : at + 1);
    bytes = Buffer.concat([before, Uint8Array.from(put), rest]);
  }
  return messageEntry(textOfBytes(bytes));
});

/** Texts of messages with the members of their objects written twice, the second time otherwise. */
const doubled = fc.tuple(wireMessage, wireMessage, fc.boolean()).map(([message, other, whole]) => {
  const [one, two] = [JSON.stringify(message), JSON.stringify(other)];
  if (whole) return messageEntry(`${one.slice(0, -1)},${two.slice(1)}`, "read");
  return messageEntry(
    one.replace('"content":{', () => `"content":${JSON.stringify(other.content)},"content":{`),
    "read",
  );
});

/** Valid messages of every type, changed a little: nearly right is what a reader is most likely to get wrong. */
export const mutatedMessages: InputClass<EntryCase> = {
  name: "mutated-messages",
  title: "a valid message of any type, changed a little, is read or kept, by transports, agents and coordinators alike",
  cases: fc.oneof(
    { weight: 2, arbitrary: wireMessage.map((message) => messageEntry(JSON.stringify(message), "read")) },
    { weight: 6, arbitrary: restructured },
    { weight: 4, arbitrary: flipped },
    { weight: 1, arbitrary: doubled },
  ),
  batch: 250,
  open: openReaderCheck,
};
