import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONTENT_FIELDS } from "../src/content-fields.js";
import {
  type AgentMessage,
  createMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE_TYPES,
  PRIORITIES,
} from "../src/index.js";
import type { MessageInput } from "../src/message.js";
import { wireSchema } from "../src/wire-schema.js";
import { decodingOutcome } from "./decoding-outcome.js";

const RUNS = { numRuns: 300 };

const isAllowedKey = (key: string): boolean => !["__proto__", "constructor", "prototype"].includes(key);
/** JSON of the user's own, strings of any characters included, without -0, which JSON does not know. */
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.double({ noDefaultInfinity: true, noNaN: true }).map((number) => number + 0),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom("\ud800", "\u2028", "\u0000", "__proto__", "constructor", "\ufeff"),
    ),
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "grapheme" }).filter(isAllowedKey), tie("json"), { maxKeys: 4 }),
  ),
}));
const jsonObject = fc.dictionary(fc.string().filter(isAllowedKey), json, { maxKeys: 4 });

const agentId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
const messageId = fc.stringMatching(/^[\x20-\x7e]{1,128}$/);
const timestamp = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
  .chain((date) =>
    fc.constantFrom(date.toISOString(), date.toISOString().slice(0, 19), date.toISOString().replace("Z", "+01:00")),
  );

const builtInNames = new Set(
  Object.values(CONTENT_FIELDS).flatMap((fields) => fields.flatMap(({ name, wire }) => [name, wire])),
);
const unknownKeys = fc.dictionary(
  fc.string().filter((key) => isAllowedKey(key) && !builtInNames.has(key)),
  json,
  { maxKeys: 3 },
);
const optional = { requiredKeys: [] };
const known: Record<string, fc.Arbitrary<object>> = {
  task_assignment: fc.record(
    {
      taskId: fc.string(),
      taskType: fc.string(),
      description: fc.string(),
      parameters: jsonObject,
      requiredCapabilities: fc.array(fc.string()),
      attempt: fc.integer({ min: 1 }),
      deadline: timestamp,
    },
    optional,
  ),
  task_response: fc.record(
    {
      taskId: fc.string(),
      attempt: fc.integer({ min: 1 }),
      status: fc.constantFrom("completed", "failed", "rejected", "canceled"),
      result: json,
      error: fc.record({ type: fc.string(), message: fc.string(), retryable: fc.boolean(), stack: fc.string() }),
      executionTimeMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      completionPercentage: fc.integer({ min: 0, max: 100 }),
    },
    optional,
  ),
  status_update: fc.record({ status: fc.string(), currentTasks: fc.nat(), detail: fc.string() }, optional),
  heartbeat: fc.record({ status: fc.string(), currentTasks: fc.nat(), metrics: jsonObject }, optional),
  error_report: fc.record({ errorType: fc.string(), errorMessage: fc.string(), details: json }, optional),
  coordination: fc.record({ action: fc.string(), data: json }, optional),
};
const typed = fc.oneof(
  ...MESSAGE_TYPES.map((type) =>
    fc
      .tuple(known[type] as fc.Arbitrary<object>, unknownKeys)
      .map(([content, more]) => ({ type: type as string, content: { ...more, ...content } })),
  ),
  fc.record({ type: fc.constantFrom("chat.line", "x", "a_b.c9"), content: jsonObject }),
);
const input = fc
  .tuple(
    typed,
    fc.record(
      {
        from: agentId,
        to: fc.oneof(
          agentId,
          fc.constant("*"),
          agentId.map((topic) => `#${topic}`),
        ),
        id: messageId,
        priority: fc.constantFrom(...PRIORITIES),
        timestamp,
        correlationId: messageId,
        expiresAt: timestamp,
        trace: fc.constantFrom(
          { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` },
          { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "a=1,b=é" },
        ),
        headers: fc.dictionary(fc.string().filter(isAllowedKey), fc.string({ unit: "binary" }), { maxKeys: 3 }),
      },
      { requiredKeys: ["from", "to"] },
    ),
  )
  .map(([content, fields]) => ({ ...fields, ...content }) as MessageInput);

const wireObject = (message: AgentMessage): Record<string, unknown> => JSON.parse(encodeMessage(message));

describe("any message", () => {
  it("is after encoding and decoding what it was before, from text and from bytes", () => {
    fc.assert(
      fc.property(input, (value) => {
        const message = createMessage(value);
        const text = encodeMessage(message);
        expect(decodeMessage(text)).toEqual(message);
        expect(decodeMessage(Buffer.from(text))).toEqual(message);
      }),
      RUNS,
    );
  });

  it("has one wire text: encoding what was decoded gives an equal object", () => {
    fc.assert(
      fc.property(input, (value) => {
        const wire = wireObject(createMessage(value));
        expect(wireObject(decodeMessage(JSON.stringify(wire)))).toEqual(wire);
      }),
      RUNS,
    );
  });

  it("is on the wire what the schema says", () => {
    fc.assert(
      fc.property(input, (value) => {
        const wire = wireObject(createMessage(value));
        expect(wireSchema(wire.message_type).safeParse(wire).error).toBeUndefined();
      }),
      RUNS,
    );
  });

  it("with any part of it replaced by any JSON is read exactly if the schema accepts it", () => {
    const damage = fc.oneof(
      json,
      fc.constantFrom(1e308, -1, 0, 1, 1.5, "", "completed", "2024-01-15", {}, [], [""], null),
    );
    fc.assert(
      fc.property(input, fc.nat(), fc.boolean(), damage, (value, at, inside, replacement) => {
        const wire = wireObject(createMessage(value));
        const target = inside ? (wire.content as Record<string, unknown>) : wire;
        const names = [...Object.keys(target), ...(inside ? builtInNames : [])];
        if (names.length === 0) return;
        target[names[at % names.length] as string] = replacement;
        const text = JSON.stringify(wire);
        const parsed: unknown = JSON.parse(text);
        const accepted = wireSchema((parsed as { message_type?: unknown }).message_type).safeParse(parsed).success;
        expect(decodingOutcome(text)).toBe(accepted ? "read" : "INVALID_MESSAGE");
      }),
      { numRuns: 1_000 },
    );
  });

  it("with any field left out is read exactly if the schema accepts it", () => {
    fc.assert(
      fc.property(input, fc.nat(), (value, at) => {
        const wire = wireObject(createMessage(value));
        const names = Object.keys(wire);
        delete wire[names[at % names.length] as string];
        const accepted = wireSchema(wire.message_type).safeParse(wire).success;
        expect(decodingOutcome(JSON.stringify(wire))).toBe(accepted ? "read" : "INVALID_MESSAGE");
      }),
      RUNS,
    );
  });
});
