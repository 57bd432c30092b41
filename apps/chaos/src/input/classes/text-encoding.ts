import fc from "fast-check";
import { sampleMessages, withRaw } from "../arbitraries/samples.js";
import { type EntryCase, messageEntry } from "../entries/entry-case.js";
import { entryClass } from "../entries/entry-class.js";
import { type Text, textOfBytes } from "../text-parts.js";

// Overlong forms, surrogates, code points beyond the last, sequences cut short, continuations without a start.
const NO_UTF8 = [
  "c080",
  "e08080",
  "f0808080",
  "eda080",
  "edbfbf",
  "f4908080",
  "f8888080",
  "e282",
  "80",
  "bf",
  "ff",
  "fe",
];

const texts = sampleMessages.map((message) => JSON.stringify(message));
const text = fc.constantFrom(...texts);

/** Puts bytes between two bytes of a text, or in place of one. */
const spliced = (inserted: fc.Arbitrary<string>): fc.Arbitrary<Text> =>
  fc.tuple(text, fc.nat(), inserted, fc.boolean()).map(([whole, place, hex, replaces]) => {
    const bytes = Buffer.from(whole);
    const at = place % bytes.length;
    return textOfBytes(
      Buffer.concat([bytes.subarray(0, at), Buffer.from(hex, "hex"), bytes.subarray(replaces ? at + 1 : at)]),
    );
  });

const noUtf8 = spliced(fc.constantFrom(...NO_UTF8)).map((each): EntryCase => {
  // A byte that replaces one of a longer sequence may make a sequence again.
  return messageEntry(each, typeof each === "object" ? "refused" : undefined);
});

const nul = spliced(fc.constantFrom("00", "01", "1f", "0b")).map((each) => messageEntry(each, "refused"));

const bom = fc.oneof(
  text.map((whole) => messageEntry(`\ufeff${whole}`, "refused")),
  text.map((whole) => messageEntry(whole.replace('"a":"b"', '"a":"\ufeff"'), "read")),
  spliced(fc.constant("efbbbf")).map((each) => messageEntry(each)),
);

const otherEncoding = fc.tuple(text, fc.constantFrom("utf16le", "latin1", "base64", "hex")).map(([whole, encoding]) => {
  const isSpelledOut = encoding === "base64" || encoding === "hex";
  const bytes = isSpelledOut
    ? Buffer.from(Buffer.from(whole).toString(encoding))
    : Buffer.from(whole, encoding as "latin1");
  // What is ASCII alone looks the same in Latin-1.
  return messageEntry(textOfBytes(bytes), bytes.equals(Buffer.from(whole)) ? "read" : "refused");
});

const escapes = fc.constantFrom(
  "\\ud800",
  "\\udfff",
  "\\ud800\\ud800",
  "\\udc00\\ud800",
  "\\u0000",
  "\\u001b[2J",
  "\\u2028",
  "\\ufeff",
);
const escaped = fc
  .tuple(
    fc.constantFrom(...sampleMessages),
    fc.constantFrom(
      "headers/a",
      "content/note",
      "message_id",
      "from_agent",
      "correlation_id",
      "message_type",
      "timestamp",
      "priority",
    ),
    escapes,
  )
  .map(([message, place, written]) => {
    // Whatever JSON can say may stand in what is the user's; nowhere else.
    const isUsers = place.includes("/");
    return messageEntry(withRaw(message, place, `"x${written}"`), isUsers ? "read" : "refused");
  });

const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => messageEntry(textOfBytes(bytes)));

/** Bytes that are no UTF-8, or text with characters that text seldom has. */
export const textEncoding = entryClass({
  name: "text-encoding",
  title: "invalid UTF-8, NUL, byte order marks and lone surrogates are read as what they say or kept as they are",
  cases: fc.oneof(
    { weight: 4, arbitrary: noUtf8 },
    { weight: 2, arbitrary: nul },
    bom,
    otherEncoding,
    { weight: 2, arbitrary: escaped },
    noise,
  ),
});
