import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONTENT_FIELDS } from "../src/content-fields.js";
import type { JsonValue } from "../src/json.js";
import { MESSAGE_TYPES } from "../src/message.js";

const FIELDS = MESSAGE_TYPES.flatMap((type) => CONTENT_FIELDS[type].map((field) => ({ type, ...field })));

/** JSON that comes near to what the fields hold. */
const nearlyRight = fc.oneof(
  fc.jsonValue(),
  fc.integer({ min: -2, max: 102 }),
  fc.double({ min: -1, max: 101 }),
  fc.constantFrom(
    2 ** 53,
    -0,
    1e308,
    "completed",
    "failed",
    "Completed",
    "toString",
    "2024-01-15T10:30:00Z",
    "2024-02-30",
  ),
  fc.array(fc.string()),
  fc.record(
    { type: fc.oneof(fc.string(), fc.integer()), message: fc.string(), retryable: fc.boolean(), stack: fc.string() },
    { requiredKeys: [] },
  ),
);

describe("the table of content fields", () => {
  it("names the wire's keys as the original did", () => {
    expect(
      Object.fromEntries(MESSAGE_TYPES.map((type) => [type, CONTENT_FIELDS[type].map(({ wire }) => wire)])),
    ).toEqual({
      task_assignment: [
        "task_id",
        "task_type",
        "description",
        "parameters",
        "required_capabilities",
        "attempt",
        "deadline",
      ],
      task_response: ["task_id", "attempt", "status", "result", "error", "execution_time_ms", "completion_percentage"],
      status_update: ["status", "current_tasks", "task_id", "completion_percentage", "detail"],
      heartbeat: ["status", "current_tasks", "metrics"],
      error_report: ["error_type", "error_message", "task_id", "stack", "details"],
      coordination: ["action", "data"],
    });
  });

  it.each(FIELDS)("$type.$name: the quick test and the schema agree", ({ kind }) => {
    fc.assert(
      fc.property(nearlyRight, (value) => {
        const json = JSON.parse(JSON.stringify(value)) as JsonValue;
        expect(kind.accepts(json)).toBe(kind.schema.safeParse(json).success);
      }),
      { numRuns: 300 },
    );
  });

  it.each(FIELDS)("$type.$name: neither takes an infinite number", ({ kind }) => {
    if (kind.nullable === true) return;
    expect(kind.accepts(Number.POSITIVE_INFINITY)).toBe(false);
    expect(kind.schema.safeParse(Number.POSITIVE_INFINITY).success).toBe(false);
  });

  it("fills with a new value each time", () => {
    for (const { fill } of FIELDS) {
      if (fill === undefined || typeof fill() !== "object") continue;
      expect(fill()).not.toBe(fill());
    }
  });
});
