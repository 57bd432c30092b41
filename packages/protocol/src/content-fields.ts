/**
 * The known keys of built-in content: their name in TypeScript, their name on the wire, and what they hold. The codec,
 * createMessage and the JSON Schema all read this one table.
 */
import { z } from "zod";
import type { JsonValue } from "./json.js";
import type { BuiltInMessageType } from "./message.js";
import { isTimestamp, TIMESTAMP_PATTERN } from "./timestamp.js";

/** What a field holds: as the schema that decoding uses, and as the quick test that sending uses. */
export interface FieldKind {
  readonly schema: z.ZodType;
  /** Whether a value that is JSON already is one of these. */
  accepts(value: JsonValue): boolean;
  /** In words, after "must be". */
  readonly expects: string;
  /** Whether null is a value of its own. Elsewhere null on the wire means that the key is absent. */
  readonly nullable?: boolean;
}

/** Whether the value is an object and no array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isString = (value: unknown): value is string => typeof value === "string";

const text: FieldKind = { schema: z.string(), accepts: isString, expects: "a string" };

const strings: FieldKind = {
  schema: z.array(z.string()),
  accepts: (value) => Array.isArray(value) && value.every(isString),
  expects: "an array of strings",
};

const json: FieldKind = { schema: z.unknown(), accepts: () => true, expects: "JSON", nullable: true };

/** An object that is the user's own. Not a z.record: that would copy what is never changed. */
export const anyObject = z.custom<Record<string, JsonValue>>(isObject, "expected an object");

const object: FieldKind = { schema: anyObject, accepts: isObject, expects: "an object" };

const count = (min: number): FieldKind => ({
  schema: z.int().min(min),
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min,
  expects: `a whole number from ${min} up`,
});

const amount = (max?: number): FieldKind => ({
  schema: max === undefined ? z.number().min(0) : z.number().min(0).max(max),
  accepts: (value) => typeof value === "number" && value >= 0 && value <= (max ?? Number.MAX_VALUE),
  expects: max === undefined ? "a number from 0 up" : `a number from 0 to ${max}`,
});

/** An ISO 8601 instant. */
export const timestampSchema = z
  .string()
  .regex(TIMESTAMP_PATTERN, "expected an ISO 8601 timestamp")
  .refine(isTimestamp, "names a day or time that does not exist");

const instant: FieldKind = { schema: timestampSchema, accepts: isTimestamp, expects: "an ISO 8601 timestamp" };

const responseStatus = z.enum(["completed", "failed", "rejected", "canceled"]);
const status: FieldKind = {
  schema: responseStatus,
  accepts: (value) => isString(value) && Object.hasOwn(responseStatus.enum, value),
  expects: '"completed", "failed", "rejected" or "canceled"',
};

const taskError: FieldKind = {
  schema: z
    .looseObject({
      type: z.string(),
      message: z.string(),
      retryable: z.boolean().nullish(),
      stack: z.string().nullish(),
    })
    .transform(({ retryable, stack, ...rest }) => ({
      ...rest,
      ...(retryable == null ? {} : { retryable }),
      ...(stack == null ? {} : { stack }),
    })),
  accepts: (value) =>
    isObject(value) &&
    isString(value.type) &&
    isString(value.message) &&
    (value.retryable === undefined || typeof value.retryable === "boolean") &&
    (value.stack === undefined || isString(value.stack)),
  expects: "an object with type and message (strings), and maybe retryable (boolean) and stack (string)",
};

/** One known key. */
export interface ContentField {
  /** In TypeScript. */
  readonly name: string;
  /** On the wire. */
  readonly wire: string;
  readonly kind: FieldKind;
  /** What it is filled with where it is left out. Makes a new value each time. */
  readonly fill?: () => JsonValue;
}

const field = (name: string, kind: FieldKind, fill?: () => JsonValue): ContentField => ({
  name,
  wire: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  kind,
  ...(fill === undefined ? {} : { fill }),
});

/** The known keys of each built-in type. */
export const CONTENT_FIELDS: Readonly<Record<BuiltInMessageType, readonly ContentField[]>> = {
  task_assignment: [
    field("taskId", text),
    field("taskType", text),
    field("description", text, () => ""),
    field("parameters", object, () => ({})),
    field("requiredCapabilities", strings, () => []),
    field("attempt", count(1), () => 1),
    field("deadline", instant),
  ],
  task_response: [
    field("taskId", text),
    field("attempt", count(1), () => 1),
    field("status", status),
    field("result", json),
    field("error", taskError),
    field("executionTimeMs", amount()),
    field("completionPercentage", amount(100)),
  ],
  status_update: [
    field("status", text),
    field("currentTasks", count(0)),
    field("taskId", text),
    field("completionPercentage", amount(100)),
    field("detail", text),
  ],
  heartbeat: [field("status", text), field("currentTasks", count(0)), field("metrics", object)],
  error_report: [
    field("errorType", text),
    field("errorMessage", text),
    field("taskId", text),
    field("stack", text),
    field("details", json),
  ],
  coordination: [field("action", text), field("data", json)],
};
