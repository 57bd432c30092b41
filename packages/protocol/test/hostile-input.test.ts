import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessage, decodeMessage, encodeMessage, type MessageInput } from "../src/index.js";
import { decodingOutcome } from "./decoding-outcome.js";
import { failure } from "./failure.js";

const RUNS = { numRuns: 300 };
const REFUSED = ["INVALID_MESSAGE", "MESSAGE_TOO_LARGE"];
const OUTCOMES = ["read", ...REFUSED];

const wire = {
  message_id: "m-1",
  from_agent: "agent_001",
  to_agent: "agent_002",
  message_type: "task_assignment",
  content: { task_id: "t-1", parameters: { path: "é𝄞" } },
  priority: "high",
  timestamp: "2024-01-15T10:30:00.000Z",
  headers: { a: "b" },
};
const text = JSON.stringify(wire);
const bytes = Buffer.from(text);
const errorOf = (data: string) => failure(() => decodeMessage(data));
/** The good message with raw JSON in place of one field's value. */
const withRaw = (field: string, raw: string): string =>
  JSON.stringify({ ...wire, [field]: "\u0001" }).replace('"\\u0001"', () => raw);
const inParameters = (raw: string): string => withRaw("content", `{"parameters":{"x":${raw}}}`);

describe("decoding what a stranger wrote", () => {
  it("reads the good message that the others are made from", () => {
    expect(decodingOutcome(text)).toBe("read");
    expect(decodingOutcome(inParameters("1"))).toBe("read");
  });

  it("refuses the message cut at every offset, as text and as bytes", () => {
    for (let end = 0; end < text.length; end++) expect(REFUSED).toContain(decodingOutcome(text.slice(0, end)));
    for (let end = 0; end < bytes.length; end++) expect(REFUSED).toContain(decodingOutcome(bytes.subarray(0, end)));
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        expect(OUTCOMES).toContain(decodingOutcome(garbage));
      }),
      RUNS,
    );
  });

  it("survives any text, and any JSON", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (garbage) => {
        expect(OUTCOMES).toContain(decodingOutcome(garbage));
      }),
      RUNS,
    );
  });

  it("survives any byte of a good message changed, put in or taken out", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(2), (at, byte, kind) => {
        const put = kind === 2 ? [] : [byte];
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          Uint8Array.from(put),
          bytes.subarray(kind === 1 ? at : at + 1),
        ]);
        expect(OUTCOMES).toContain(decodingOutcome(changed));
      }),
      RUNS,
    );
  });

  it("refuses anything after the message", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 1 }).filter((rest) => rest.trim() !== ""),
        (rest) => {
          expect(decodingOutcome(text + rest)).toBe("INVALID_MESSAGE");
        },
      ),
      RUNS,
    );
  });

  it("survives any JSON as the value of any field", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(wire), "trace", "expires_at"), fc.json(), (field, raw) => {
        expect(OUTCOMES).toContain(decodingOutcome(withRaw(field, raw)));
      }),
      RUNS,
    );
  });

  it.each(["__proto__", "constructor", "prototype", "\\u005f_proto__"])("never builds the key %s", (key) => {
    const places = [
      inParameters(`{"${key}":{"polluted":true}}`),
      withRaw("content", `{"${key}":{"polluted":true}}`),
      withRaw("content", `{"parameters":{"${key}":1}}`),
      withRaw("headers", `{"${key}":"1"}`),
      `{"${key}":{"polluted":true},${text.slice(1)}`,
    ];
    for (const place of places) expect(decodingOutcome(place)).toBe("INVALID_MESSAGE");
    expect({}).not.toHaveProperty("polluted");
  });

  it("reads keys that only look dangerous", () => {
    for (const key of ["then", "toJSON", "hasOwnProperty", "toString", "valueOf", "__defineGetter__", "length"]) {
      expect(decodingOutcome(inParameters(`{"${key}":"x"}`))).toBe("read");
      expect(decodingOutcome(withRaw("content", `{"${key}":"x"}`))).toBe("read");
      expect(decodingOutcome(withRaw("headers", `{"${key}":"x"}`))).toBe("read");
    }
  });

  it("reads a repeated key as its last value", () => {
    expect(decodingOutcome(`{"priority":7,${text.slice(1)}`)).toBe("read");
    expect(decodingOutcome(`${text.slice(0, -1)},"priority":7}`)).toBe("INVALID_MESSAGE");
  });

  it.each([
    ["9007199254740993", "read"],
    ["-0", "read"],
    ["1e400", "read"],
    ["1".repeat(100_000), "read"],
    ["NaN", "INVALID_MESSAGE"],
    ["Infinity", "INVALID_MESSAGE"],
    ["0x10", "INVALID_MESSAGE"],
    ["01", "INVALID_MESSAGE"],
  ])("the user's own number %.20s: %s", (raw, outcome) => {
    expect(decodingOutcome(inParameters(raw))).toBe(outcome);
  });

  it.each(["9007199254740993", "-0", "1e400", "1e-400", "1".repeat(100_000), "0", "1.5"])(
    "the number %.20s is refused where a count is expected",
    (raw) => {
      expect(decodingOutcome(withRaw("content", `{"attempt":${raw}}`))).toBe("INVALID_MESSAGE");
    },
  );

  it("ends quickly on 10⁵ keys, 64 MiB of text and a depth of 10⁶", () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join();
    const started = performance.now();
    expect(decodingOutcome(inParameters(`{${keys}}`))).toBe("MESSAGE_TOO_LARGE");
    expect(decodingOutcome(inParameters(`"${"x".repeat(2 ** 26)}"`))).toBe("MESSAGE_TOO_LARGE");
    expect(decodingOutcome(new Uint8Array(2 ** 26))).toBe("MESSAGE_TOO_LARGE");
    for (const opening of ["[", '{"a":']) {
      expect(decodingOutcome(inParameters(opening.repeat(1_000_000)))).toBe("MESSAGE_TOO_LARGE");
      expect(decodingOutcome(inParameters(opening.repeat(20_000)))).toBe("MESSAGE_TOO_LARGE");
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("reads as many keys and as long a text as fit", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `"k${index}":1`).join();
    expect(decodingOutcome(inParameters(`{${keys}}`))).toBe("read");
    expect(decodingOutcome(withRaw("content", `{${keys}}`))).toBe("read");
    expect(decodingOutcome(inParameters(`"${"x".repeat(260_000)}"`))).toBe("read");
  });

  it.each([
    "a/b",
    "a:b",
    "a{b}",
    "a*",
    "..",
    "a..b",
    "",
    "x".repeat(10_240),
    "\u202eabc",
    "a\u200bb",
    "a\nb",
    "a\u0000",
    "\ud800",
    "é",
    "ａ",
  ])("refuses the agent id %j", (id) => {
    expect(decodingOutcome(withRaw("from_agent", JSON.stringify(id)))).toBe("INVALID_MESSAGE");
    expect(decodingOutcome(withRaw("to_agent", JSON.stringify(id)))).toBe("INVALID_MESSAGE");
  });

  it("says what is wrong in one line of printable ASCII, whatever was written, and shows no value", () => {
    const evil = "\n\u001b[2J\u2028\u202e token=hunter2 ";
    const places = [
      withRaw("from_agent", JSON.stringify(evil)),
      withRaw("priority", JSON.stringify(evil)),
      withRaw("headers", JSON.stringify({ [evil]: 1 })),
      withRaw("message_type", JSON.stringify(evil)),
      evil,
    ];
    for (const place of places) {
      expect(errorOf(place).message).toMatch(/^[\x20-\x7e]+$/);
    }
    expect(errorOf(places[0] as string).message).not.toContain("hunter2");
  });
});

describe("sending what cannot be sent", () => {
  const sending = (content: unknown) =>
    failure(() => encodeMessage(createMessage({ from: "a", to: "b", type: "chat.line", content } as MessageInput)));

  it("refuses each with a typed error", () => {
    const ring: unknown[] = [];
    ring.push({ ring });
    const throwing = {
      get a(): never {
        throw undefined;
      },
    };
    const hostile: unknown[] = [
      { ring },
      { a: 1n },
      throwing,
      new Proxy({}, { ownKeys: () => ["a", "a"] }),
      Promise.resolve({}),
      { a: Promise.reject(new Error("handled")).catch(() => undefined) },
      { toJSON: () => ({ a: 1n }) },
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what must be refused
      { then: (resolve: (value: unknown) => void) => resolve(1) },
      Object.create({ inherited: 1 }),
      new (class Message {})(),
      [1],
      null,
      "text",
    ];
    const codes = hostile.map((content, index) => {
      try {
        return sending(content).code;
      } catch (cause) {
        throw new Error(`case ${index}`, { cause });
      }
    });
    expect(codes.filter((code) => code !== "INVALID_MESSAGE")).toEqual([]);
  });
});
