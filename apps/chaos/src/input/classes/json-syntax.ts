import fc from "fast-check";
import { textOfAnyCharacters } from "../arbitraries/json.js";
import { sampleMessages, withRaw } from "../arbitraries/samples.js";
import { type EntryCase, messageEntry } from "../entries/entry-case.js";
import { entryClass } from "../entries/entry-class.js";
import { textOfBytes } from "../text-parts.js";

const message = fc.constantFrom(...sampleMessages);
const text = message.map((each) => JSON.stringify(each));

/** Each message without its end, and without its beginning, from every byte on. */
const cut: readonly EntryCase[] = sampleMessages.flatMap((each) => {
  const bytes = Buffer.from(JSON.stringify(each));
  return Array.from(bytes, (_, offset) => [bytes.subarray(0, offset), bytes.subarray(offset + 1)])
    .flat()
    .map((part) => messageEntry(textOfBytes(part), "refused"));
});

const NO_JSON = [
  "NaN",
  "Infinity",
  "-Infinity",
  "undefined",
  "0x10",
  "01",
  "1.",
  ".5",
  "+1",
  "1e",
  "'a'",
  "`a`",
  '"a',
  '"\\x41"',
  '"\\u12"',
  '"a\tb"',
  "[1,]",
  "{,}",
  '{"a":1,}',
  "{a:1}",
  '{"a" 1}',
  "[1 2]",
  "// a\n1",
  "/* a */ 1",
  "True",
  "nul",
  "",
  "--1",
  "1_000",
  "10n",
  "(1)",
  "[}",
];
const notJson = fc
  .tuple(
    message,
    fc.constantFrom("content/x", "content", "headers", "priority", "unknown"),
    fc.constantFrom(...NO_JSON),
  )
  .map(([each, place, raw]) => messageEntry(withRaw(each, place, raw), "refused"));

const WHITE = [" ", "\n", "\t", "\r\n   "];
const trailing = fc.oneof(
  fc
    .tuple(
      text,
      fc.oneof(
        textOfAnyCharacters({ minLength: 1, maxLength: 8 }),
        fc.constantFrom("{}", "x", "\0", ",", "}", "]", "\u00a0", "\ufeff", "\v"),
      ),
    )
    .filter(([, rest]) => !/^[ \n\r\t]*$/.test(rest))
    .map(([whole, rest]) => messageEntry(whole + rest, "refused")),
  fc
    .tuple(text, fc.constantFrom(...WHITE), fc.constantFrom(...WHITE))
    .map(([whole, before, after]) => messageEntry(before + whole + after, "read")),
  fc.tuple(text, text).map(([first, second]) => messageEntry(first + second, "refused")),
);

/** What stands last holds: a key that is repeated is read as JSON.parse, Python and most others do. */
const repeated = fc
  .tuple(
    message,
    fc.constantFrom("priority", "message_id", "from_agent", "timestamp", "content", "headers"),
    fc.boolean(),
  )
  .map(([each, key, badComesLast]) => {
    const whole = JSON.stringify(each);
    const bad = `"${key}":7`;
    return badComesLast
      ? messageEntry(`${whole.slice(0, -1)},${bad}}`, "refused")
      : messageEntry(`{${bad},${whole.slice(1)}`, "read");
  });

const otherRoot = fc
  .constantFrom("null", "true", "0", '"text"', "[]", "{}", "[[]]", '[{"message_id":"m-1"}]', "", " ", "\0")
  .map((whole) => messageEntry(whole, "refused"));

const junk = fc
  .string({ unit: fc.constantFrom(...'{}[]",:\\0123456789.eE+-truefalsn u\n'), maxLength: 60 })
  .map((whole) => messageEntry(whole, "refused"));

/** Text that is nearly JSON. */
export const jsonSyntax = entryClass({
  name: "json-syntax",
  title: "JSON cut at every offset, with garbage behind it, or with what JSON does not know, is kept as it is",
  certain: cut,
  cases: fc.oneof(
    { weight: 2, arbitrary: notJson },
    { weight: 2, arbitrary: trailing },
    { weight: 1, arbitrary: repeated },
    { weight: 1, arbitrary: otherRoot },
    { weight: 1, arbitrary: junk },
  ),
});
