import { crc32 } from "node:zlib";
import fc from "fast-check";
import { anyText } from "../arbitraries/json.js";
import { sampleMessages } from "../arbitraries/samples.js";
import type { EntryCase } from "../entries/entry-case.js";
import { openEntryCheck } from "../entries/entry-class.js";
import { type SpoiledKey, spoiledKey, spoiledKeys } from "../entries/spoiled-key.js";
import { openSpoiledMailboxes } from "../entries/spoiled-mailboxes.js";
import type { InputClass } from "../input-class.js";
import { type Text, textOfBytes } from "../text-parts.js";

const GOOD = JSON.stringify(sampleMessages[0]);
const RIGHT = crc32(GOOD).toString(16).padStart(8, "0");
// The right one, and such as are wrong in ways that a parser may overlook.
const digest = fc.constantFrom(
  RIGHT,
  RIGHT.toUpperCase(),
  `0x${RIGHT}`,
  ` ${RIGHT}`,
  `${RIGHT}x`,
  `+${RIGHT}`,
  `0${RIGHT}`,
  "00000000",
  "",
  "NaN",
);

const bytes = fc.uint8Array({ maxLength: 40 }).map(textOfBytes);

const name: fc.Arbitrary<Text> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("message", "digest") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "Message",
      "message ",
      "message\0",
      "",
      "__proto__",
      "constructor",
      "toString",
      "then",
      "0",
      "payload",
    ),
  },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constantFrom({ base64: "/w==" }, { base64: "/g==" }, { base64: "bWVzc2FnZf8=" }) },
);

const value: fc.Arbitrary<Text> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(GOOD, ...sampleMessages.map((message) => JSON.stringify(message))) },
  { weight: 2, arbitrary: digest },
  { weight: 2, arbitrary: bytes },
  { weight: 1, arbitrary: anyText },
);

const entry: fc.Arbitrary<EntryCase> = fc
  .array(fc.tuple(name, value), { maxLength: 6 })
  .map((fields): EntryCase => ({ fields }));

const crowded: fc.Arbitrary<EntryCase> = fc
  .integer({ min: 100, max: 3_000 })
  .map((count) => ({ fields: Array.from({ length: count }, (_, index) => [`field-${index}`, "x"] as const) }));

/** Entries whose fields are missing, foreign, repeated or damaged, and keys of another type where a mailbox keeps its own. */
export const streamFields: InputClass<EntryCase | SpoiledKey> = {
  name: "stream-fields",
  title:
    "an entry whose fields are missing or foreign is kept as it is, and no key of the wrong type costs a message, or a neighbour its mailbox",
  certain: spoiledKeys,
  cases: fc.oneof(
    { weight: 1_000, arbitrary: entry },
    { weight: 2, arbitrary: crowded },
    { weight: 5, arbitrary: spoiledKey },
  ),
  batch: 250,
  async open(environment) {
    const entries = await openEntryCheck(environment);
    const spoiled = openSpoiledMailboxes(environment);
    return {
      async check(cases) {
        const plain = cases.filter((each) => "fields" in each);
        if (plain.length > 0) await entries.check(plain);
        await spoiled.check(cases.filter((each) => "spoil" in each));
      },
      async [Symbol.asyncDispose]() {
        await spoiled[Symbol.asyncDispose]();
        await entries[Symbol.asyncDispose]();
      },
    };
  },
};
