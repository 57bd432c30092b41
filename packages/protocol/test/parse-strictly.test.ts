import fc from "fast-check";
import { expect, it } from "vitest";
import { resolveLimits } from "../src/limits.js";
import { parseJson } from "../src/parse-json.js";
import { parseStrictly } from "../src/parse-strictly.js";

const limits = resolveLimits(undefined);
const key = fc.string({
  unit: fc.constantFrom("a", "~", "\\", '"', "\n", "\t", "é", "\u2028", " ", ":"),
  maxLength: 4,
});
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 0 }), fc.array(tie("any")), fc.dictionary(key, tie("any"))),
})).any;

it("reads what JSON.stringify wrote, in whatever layout", () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2, "\t"), (written, layout) => {
      const text = JSON.stringify(written, null, layout);
      expect(JSON.stringify(parseStrictly(text), null, layout)).toBe(text);
    }),
    { numRuns: 500 },
  );
});

it("keeps the last of a key that repeats, and builds __proto__ as a key like any other", () => {
  expect(parseStrictly('{"a":1,"a":{"b":[2]}}')).toEqual({ a: { b: [2] } });
  const built = parseStrictly('{"__proto__":{"polluted":true}}') as object;
  expect(Object.keys(built)).toEqual(["__proto__"]);
  expect(Object.getPrototypeOf(built)).toBe(Object.prototype);
});

it.each(['"', "\n", "\t", "\\", "/", "A"])(
  "a key written with escapes is not taken for one that was read before: %j",
  (end) => {
    // What JSON.parse of Node 24 and 26 takes it for.
    parseJson('{"h":[],"~\\\\":0}', "message", limits);
    const escaped = end === "A" ? "\\u0041" : JSON.stringify(end).slice(1, -1);
    expect(Object.keys(parseJson(`{"h":1,"~${escaped}":2}`, "message", limits) as object)).toEqual(["h", `~${end}`]);
  },
);
