import fc from "fast-check";
import { sampleMessages, withRaw } from "../arbitraries/samples.js";
import type { WireMessage } from "../arbitraries/wire-message.js";
import { checkDecoding } from "../entries/check-decoding.js";
import { type EntryCase, type Expectation, isGiantEntry, messageEntry } from "../entries/entry-case.js";
import { openEntryCheck } from "../entries/entry-class.js";
import type { InputClass } from "../input-class.js";
import { bytesOf, sizeOf, type Text, type TextPart } from "../text-parts.js";

const MOST_BYTES = 262_144;
const DEEPEST = 32;
const HOLE = '"\u0002"';

/** What is nested so deep that its depth alone refuses it: that must not be left to its size. */
interface SizedCase extends EntryCase {
  readonly withoutLimitOfBytes?: Expectation;
}

/** Where something stands, and how many levels there are around it. */
const PLACES = [
  { place: "content/parameters", around: 2, type: 0 },
  { place: "content/result", around: 2, type: 1 },
  { place: "content/details", around: 2, type: 4 },
  { place: "content/own", around: 2, type: 6 },
  { place: "unknown", around: 1, type: 0 },
  { place: "content/unknown", around: 2, type: 3 },
] as const;
type Place = (typeof PLACES)[number];

const messageOf = ({ type }: Place): WireMessage => sampleMessages[type] as WireMessage;

/** The message with something long in it, which is not written out. */
function around(place: Place, inside: readonly TextPart[]): Text {
  const [before = "", after = ""] = withRaw(messageOf(place), place.place, HOLE).split(HOLE);
  return [before, ...inside, after];
}

const place = fc.constantFrom(...PLACES);
const OPENINGS = [
  { open: "[", close: "]" },
  { open: '{"a":', close: "}" },
  { open: '[{"a":', close: "}]" },
  { open: '{"[":[1,', close: "]}" },
] as const;
type Opening = (typeof OPENINGS)[number];

/** Nested so often; objects where only an object may stand. */
function nestedCase(where: Place, { open, close }: Opening, count: number, closed: boolean): SizedCase {
  const levels = (open.match(/[[{]/g) ?? []).length - (open.includes('"["') ? 1 : 0);
  const needsObject = where.place === "content/parameters" && !open.startsWith("{");
  const inside = [{ repeat: open, times: count }, "1", ...(closed ? [{ repeat: close, times: count }] : [])];
  const text = around(where, needsObject ? ['{"a":', ...inside, "}"] : inside);
  const depth = where.around + count * levels + (needsObject ? 1 : 0);
  const isShallow = closed && depth <= DEEPEST;
  return {
    ...messageEntry(text, isShallow && sizeOf(text) <= MOST_BYTES ? "read" : "refused"),
    withoutLimitOfBytes: isShallow ? "read" : "refused",
  };
}

const nested = (times: fc.Arbitrary<number>): fc.Arbitrary<SizedCase> =>
  fc
    .tuple(place, fc.constantFrom(...OPENINGS), times, fc.boolean())
    .map(([where, opening, count, closed]) => nestedCase(where, opening, count, closed));

const brackets = fc
  .tuple(place, fc.constantFrom("[", "{", '\\"[', "\\\\{", "]", '{\\"a\\":'), fc.integer({ min: 1, max: 400 }))
  .filter(([where]) => where.place !== "content/parameters")
  .map(([where, text, times]) => messageEntry(around(where, ['"', { repeat: text, times }, '"']), "read"));

const wide = fc
  .tuple(place, fc.constantFrom("[]", "{}", "[{}]", "1"), fc.integer({ min: 1, max: 200 }))
  .map(([where, item, times]): EntryCase => {
    const inside = ['{"a":[', { repeat: `${item},`, times }, item, "]}"];
    return messageEntry(around(where, inside), "read");
  });

/** So long that the whole has so many bytes more or less than are allowed. */
const atTheLimit = fc
  .tuple(
    fc.constantFrom("content/own", "unknown"),
    fc.constantFrom("x", "é", "€", "𝄞", '\\"'),
    fc.integer({ min: -12, max: 12 }),
  )
  .map(([where, unit, over]): EntryCase => {
    const at = PLACES.find((each) => each.place === where) as Place;
    const rest = sizeOf(around(at, ['""']));
    const times = Math.floor((MOST_BYTES + over - rest) / Buffer.byteLength(unit));
    const text = around(at, ['"', { repeat: unit, times }, '"']);
    return messageEntry(text, sizeOf(text) <= MOST_BYTES ? "read" : "refused");
  });

function keysCase(where: Place, count: number): EntryCase {
  const keys = Array.from({ length: count }, (_, index) => `"k${index}":1`).join();
  const text = around(where, [`{${keys}}`]);
  return messageEntry(text, sizeOf(text) <= MOST_BYTES ? "read" : "refused");
}

const manyKeys = (most: number): fc.Arbitrary<EntryCase> =>
  fc.tuple(place, fc.integer({ min: 1, max: most })).map(([where, count]) => keysCase(where, count));

const digitsCase = (where: Place, start: string, times: number, exponent: string): EntryCase =>
  messageEntry(around(where, [start, { repeat: "7", times }, exponent]), "read");

const longNumber = (mostDigits: number) =>
  fc
    .tuple(
      place,
      fc.constantFrom("1", "9", "1.0", "0.1", "-"),
      fc.integer({ min: 1, max: mostDigits }),
      fc.constantFrom("", "e9", "e-9"),
    )
    .filter(([where]) => where.place !== "content/parameters")
    .map(([where, start, times, exponent]) => digitsCase(where, start, times, exponent));

/** Text of so many MiB: nobody reads it before its size is known. */
const longCase = (where: Place, mebibytes: number, unit: string): EntryCase =>
  messageEntry(around(where, ['"', { repeat: unit, times: (mebibytes * 1_048_576) / unit.length }, '"']), "refused");

const long = (mebibytes: number, unit: string): fc.Arbitrary<EntryCase> =>
  place.map((where) => longCase(where, mebibytes, unit));

/** The largest of each kind. */
const EXTREMES: readonly SizedCase[] = [
  ...OPENINGS.map((opening, index) => nestedCase(PLACES[index] as Place, opening, 1_000_000, true)),
  nestedCase(PLACES[4], OPENINGS[0], 1_000_000, false),
  keysCase(PLACES[0], 100_000),
  keysCase(PLACES[4], 100_000),
  digitsCase(PLACES[3], "-", 100_000, "e9"),
  digitsCase(PLACES[4], "0.1", 100_000, ""),
  longCase(PLACES[5], 8, "["),
  longCase(PLACES[3], 64, "x"),
];

const GENEROUS = { maxMessageBytes: 2 ** 28, maxDepth: DEEPEST };

/** What is too large, or nested too deep: refused before it is parsed, and one level or byte less is read. */
export const sizesAndDepth: InputClass<SizedCase> = {
  name: "sizes-and-depth",
  title: "a message is read at 32 levels and 262,144 bytes and refused beyond, up to a depth of 1,000,000 and 64 MiB",
  certain: EXTREMES,
  cases: fc.oneof(
    { weight: 10_000, arbitrary: nested(fc.integer({ min: 1, max: 40 })) },
    { weight: 10_000, arbitrary: nested(fc.integer({ min: 26, max: 34 })) },
    { weight: 500, arbitrary: nested(fc.integer({ min: 41, max: 500 })) },
    { weight: 60, arbitrary: nested(fc.integer({ min: 501, max: 60_000 })) },
    { weight: 4, arbitrary: nested(fc.integer({ min: 60_001, max: 1_000_000 })) },
    { weight: 6_000, arbitrary: brackets },
    { weight: 3_000, arbitrary: wide },
    { weight: 150, arbitrary: atTheLimit },
    { weight: 500, arbitrary: manyKeys(100) },
    { weight: 30, arbitrary: manyKeys(20_000) },
    { weight: 4, arbitrary: manyKeys(100_000) },
    { weight: 1_000, arbitrary: longNumber(1_000) },
    { weight: 30, arbitrary: longNumber(100_000) },
    { weight: 4, arbitrary: long(1, "x") },
    { weight: 2, arbitrary: long(8, "[") },
    { weight: 1, arbitrary: long(64, "x") },
  ),
  batch: 250,
  isGiant: isGiantEntry,
  async open(environment) {
    const entries = await openEntryCheck(environment);
    return {
      async check(cases) {
        await entries.check(cases);
        for (const { fields, withoutLimitOfBytes } of cases) {
          const [, text] = fields[0] ?? [];
          if (withoutLimitOfBytes !== undefined && text !== undefined) {
            checkDecoding(bytesOf(text), withoutLimitOfBytes, GENEROUS);
          }
        }
      },
      [Symbol.asyncDispose]: () => entries[Symbol.asyncDispose](),
    };
  },
};
