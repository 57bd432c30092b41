import { describe, expect, it } from "vitest";
import { resolveLimits } from "../src/limits.js";
import { parseJson } from "../src/parse-json.js";
import { failure } from "./failure.js";

const limits = resolveLimits({ maxMessageBytes: 1_000, maxDepth: 5 });
const parse = (data: string | Uint8Array): unknown => parseJson(data, "message", limits);
const refusal = (data: string | Uint8Array) => failure(() => parse(data));
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

describe("parseJson", () => {
  it("reads text and its bytes alike, also bytes inside a larger buffer", () => {
    const text = '{"a":[1,"é𝄞"]}';
    const bytes = Buffer.from(`xx${text}xx`);
    expect(parse(text)).toEqual({ a: [1, "é𝄞"] });
    expect(parse(new TextEncoder().encode(text))).toEqual({ a: [1, "é𝄞"] });
    expect(parse(bytes.subarray(2, -2))).toEqual({ a: [1, "é𝄞"] });
  });

  it.each([
    ["a lone continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong form", [0x22, 0xc0, 0xaf, 0x22]],
    ["half of a surrogate pair", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a byte that is never used", [0x22, 0xff, 0x22]],
    ["a character cut short", [0x22, 0xe2, 0x82, 0x22]],
  ])("refuses bytes that are not UTF-8: %s", (_name, bytes) => {
    expect(refusal(Uint8Array.from(bytes))).toMatchObject({ code: "INVALID_MESSAGE", message: "message is not UTF-8" });
  });

  it("refuses what is neither text nor bytes, also what throws when it is looked at", () => {
    const throwing = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw null;
        },
      },
    );
    for (const data of [throwing, [1], new ArrayBuffer(2), null, undefined, 5]) {
      expect(refusal(data as never)).toMatchObject({ code: "INVALID_MESSAGE" });
    }
  });

  it("refuses a text that no UTF-8 could say", () => {
    expect(refusal('"\ud800"').message).toContain("half of a surrogate pair");
  });

  it("keeps half of a surrogate pair that is written as an escape", () => {
    expect(parse('"\\ud800"')).toBe("\ud800");
  });

  it("refuses a byte order mark, in text and in bytes, saying so", () => {
    for (const data of ["\ufeff{}", Buffer.from("\ufeff{}")]) {
      expect(refusal(data)).toMatchObject({
        code: "INVALID_MESSAGE",
        message: "message starts with a byte order mark: leave it out",
      });
    }
  });

  it.each([
    "",
    " ",
    "{",
    '{"a":1',
    "{}{}",
    "{} x",
    "NaN",
    "[1,]",
    "{'a':1}",
    "undefined",
    "\u0000",
    '"\u0000"',
    '"\n"',
  ])("refuses %j, which is no JSON", (text) => {
    expect(refusal(text)).toMatchObject({ code: "INVALID_MESSAGE", message: "message is not JSON" });
    expect(refusal(Buffer.from(text)).code).toBe("INVALID_MESSAGE");
  });

  it("refuses what is neither text nor bytes", () => {
    for (const data of [undefined, null, 7, {}, [], new ArrayBuffer(2)]) {
      expect(refusal(data as unknown as string).code).toBe("INVALID_MESSAGE");
    }
  });

  it("takes as many bytes as allowed, and not one more", () => {
    const exact = `"${"é".repeat(499)}"`;
    expect(Buffer.byteLength(exact)).toBe(1_000);
    expect(parse(exact)).toHaveLength(499);
    expect(parse(Buffer.from(exact))).toHaveLength(499);
    expect(refusal(`${exact} `).code).toBe("MESSAGE_TOO_LARGE");
    expect(refusal(Buffer.from(`${exact} `))).toMatchObject({ code: "MESSAGE_TOO_LARGE", details: { bytes: 1_001 } });
  });

  it("takes nesting as deep as allowed, and not one deeper", () => {
    expect(parse(nested(5))).toEqual([[[[[]]]]]);
    expect(refusal(nested(6))).toMatchObject({ code: "MESSAGE_TOO_LARGE", details: { maxDepth: 5 } });
    expect(parse('{"a":{"a":{"a":{"a":{"a":1}}}}}')).toBeTypeOf("object");
    expect(refusal('{"a":{"a":{"a":{"a":{"a":{}}}}}}').code).toBe("MESSAGE_TOO_LARGE");
    expect(refusal('[{"a":[{"a":[{}]}]}]').code).toBe("MESSAGE_TOO_LARGE");
  });

  it("refuses deep nesting before it parses: also where the text ends before it is JSON", () => {
    expect(refusal("[".repeat(900)).code).toBe("MESSAGE_TOO_LARGE");
    const wide = resolveLimits({ maxMessageBytes: 4_000_000, maxDepth: 1_000 });
    expect(failure(() => parseJson("[".repeat(2_000_000), "message", wide)).code).toBe("MESSAGE_TOO_LARGE");
  });

  it("counts depth, not brackets: many side by side and those inside strings are no nesting", () => {
    expect(parse(`[${"[],{},".repeat(50)}1]`)).toHaveLength(101);
    expect(parse(`[${"[[[[]]]],".repeat(50)}1]`)).toHaveLength(51);
    expect(refusal(`[${"[[[[]]]],".repeat(50)}[[[[[]]]]]]`).code).toBe("MESSAGE_TOO_LARGE");
    const brackets = '[{"\\" [{[{[{[{';
    expect(parse(JSON.stringify([brackets, "\\", brackets]))).toEqual([brackets, "\\", brackets]);
  });

  it.each(["__proto__", "constructor", "prototype"])("refuses the key %s, however it is spelled", (key) => {
    const escaped = [...key].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    for (const spelling of [key, escaped, key.replace("o", "\\u006f")]) {
      for (const text of [`{"${spelling}":1}`, `[[{"a":{"${spelling}":{"polluted":true}}}]]`]) {
        expect(refusal(text).code).toBe("INVALID_MESSAGE");
      }
    }
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it("takes the same words as values, and escapes that spell nothing bad", () => {
    const value = { a: ["__proto__", "constructor", "prototype"], é: "\u2028" };
    expect(parse(JSON.stringify(value))).toEqual(value);
    expect(parse('{"\\u0061":"\\u00e9"}')).toEqual({ a: "é" });
  });
});
