import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeJson, encodeJson } from "../src/json-value.js";
import { anyJson } from "./any-json.js";
import { failure } from "./failure.js";

describe("the value of a record", () => {
  it("is UTF-8 JSON", () => {
    expect(Buffer.from(encodeJson({ a: ["é", null] })).toString()).toBe('{"a":["é",null]}');
  });

  it("may be any JSON, not objects only, and comes back as it was", () => {
    for (const value of [null, true, 0, "", [], {}, [[{ a: null }]]]) {
      expect(decodeJson(encodeJson(value))).toEqual(value);
    }
  });

  it("comes back as it was, whatever JSON it is", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(decodeJson(encodeJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it("is refused if JSON cannot say it", () => {
    for (const value of [undefined, 7n, () => 7, { a: Number.NaN }, [undefined], new Date()]) {
      expect(failure(() => encodeJson(value)).code).toBe("INVALID_MESSAGE");
    }
    expect(failure(() => encodeJson(undefined)).message).toContain("value is undefined");
  });

  it("has the limits of messages, both ways", () => {
    const limits = { maxMessageBytes: 256, maxDepth: 2 };
    expect(decodeJson(encodeJson("x".repeat(254), limits), limits)).toHaveLength(254);
    expect(failure(() => encodeJson("x".repeat(255), limits)).code).toBe("MESSAGE_TOO_LARGE");
    expect(failure(() => encodeJson("é".repeat(128), limits)).code).toBe("MESSAGE_TOO_LARGE");
    expect(failure(() => decodeJson(Buffer.from(`"${"x".repeat(255)}"`), limits)).code).toBe("MESSAGE_TOO_LARGE");
    expect(decodeJson(encodeJson([[]], limits), limits)).toEqual([[]]);
    expect(failure(() => encodeJson([[[]]], limits)).code).toBe("MESSAGE_TOO_LARGE");
    expect(failure(() => decodeJson(Buffer.from("[[[]]]"), limits)).code).toBe("MESSAGE_TOO_LARGE");
  });

  it("is refused if its bytes are no JSON in UTF-8", () => {
    for (const bytes of [Buffer.from("{"), Uint8Array.of(0x22, 0xff, 0x22), Buffer.from('{"__proto__":1}')]) {
      expect(failure(() => decodeJson(bytes)).code).toBe("INVALID_MESSAGE");
    }
    expect(failure(() => decodeJson("{}" as unknown as Uint8Array)).code).toBe("INVALID_MESSAGE");
  });
});
