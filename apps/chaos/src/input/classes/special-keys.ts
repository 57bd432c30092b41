import fc from "fast-check";
import { sampleMessages } from "../arbitraries/samples.js";
import { messageEntry } from "../entries/entry-case.js";
import { entryClass } from "../entries/entry-class.js";

const FORBIDDEN = ["__proto__", "constructor", "prototype"];
const HARMLESS = [
  "then",
  "toJSON",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__defineGetter__",
  "__lookupSetter__",
  "length",
  "__proto",
  "proto",
  "_proto_",
  "Constructor",
  "constructors",
  "prototypes",
  "__PROTO__",
  "catch",
  "finally",
  "nodeType",
  "$ref",
  "",
  "0",
];

/** A key as JSON may write it: some of its characters by their numbers. */
const spelled = (keys: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...keys), fc.array(fc.nat(11), { maxLength: 3 }), fc.boolean())
    .map(([key, escaped, upper]) => {
      const characters = [...JSON.stringify(key).slice(1, -1)].map((character, index) => {
        if (!escaped.includes(index) || character === "\\") return character;
        const code = character.charCodeAt(0).toString(16).padStart(4, "0");
        return `\\u${upper ? code.toUpperCase() : code}`;
      });
      return `"${characters.join("")}"`;
    });

const value = fc.constantFrom(
  '{"polluted":true}',
  "null",
  "1",
  '"x"',
  "[]",
  '{"__proto":1}',
  '{"a":{"b":{"polluted":true}}}',
);
const depth = fc.nat(6);

/** Inside so many objects and arrays. */
const buried = (inside: string, levels: number): string =>
  levels === 0 ? inside : buried(levels % 2 === 0 ? `[0,${inside}]` : `{"a":${inside}}`, levels - 1);

/** Where such a key may stand: the whole message with it. */
const PLACES: readonly ((key: string, value: string, levels: number) => string)[] = [
  (key, value, levels) => whole(0, "parameters", `{"x":${buried(`{${key}:${value}}`, levels)}}`),
  (key, value, levels) => whole(1, "result", buried(`{"b":1,${key}:${value}}`, levels)),
  (key, value, levels) => whole(3, "metrics", `{"m":${buried(`{${key}:${value}}`, levels)}}`),
  (key, value, levels) => whole(4, "details", buried(`[{${key}:${value}}]`, levels)),
  (key, value, levels) => whole(5, "data", buried(`{${key}:${value},"z":0}`, levels)),
  (key, value, levels) => whole(6, "own", buried(`{${key}:${value}}`, levels)),
  (key, value) => inContent(6, `${key}:${value}`),
  (key, value) => inContent(2, `${key}:${value}`),
  (key, value) => `{${key}:${value},${text(6).slice(1)}`,
  (key, value) => `${text(6).slice(0, -1)},"unknown":{${key}:${value}}}`,
  (key) => text(6).replace('"headers":{', `"headers":{${key}:"x",`),
  (key, value) => text(6).replace('"trace":{', `"trace":{${key}:${value},`),
];

const text = (type: number): string => JSON.stringify(sampleMessages[type]);
const inContent = (type: number, raw: string): string => text(type).replace('"content":{', `"content":{${raw},`);
function whole(type: number, key: string, raw: string): string {
  const message = sampleMessages[type];
  return JSON.stringify({ ...message, content: { [key]: "\u0001" } }).replace('"\\u0001"', () => raw);
}

const place = fc.constantFrom(...PLACES);

/** Keys that mean something to JavaScript. */
export const specialKeys = entryClass({
  name: "special-keys",
  title: "no key that reaches a prototype is ever built, and keys that only look like it are the user's",
  cases: fc.oneof(
    fc.tuple(place, spelled(FORBIDDEN), value, depth).map(([at, ...key]) => messageEntry(at(...key), "refused")),
    fc.tuple(place, spelled(HARMLESS), value, depth).map(([at, ...key]) => messageEntry(at(...key), "read")),
    // Overwritten by a later one of the same name, or standing in text: either may be right, reaching a prototype never is.
    fc
      .tuple(place, spelled(FORBIDDEN), value, depth)
      .map(([at, key, value, levels]) => messageEntry(at('"a"', `{${key}:${value}},"a":1`, levels))),
    fc.tuple(place, spelled(FORBIDDEN)).map(([at, key]) => messageEntry(at('"a"', `[${key}]`, 0), "read")),
  ),
});
