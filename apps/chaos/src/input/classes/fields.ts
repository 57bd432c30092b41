import fc from "fast-check";
import { wrongJson } from "../arbitraries/json.js";
import { REQUIRED_FIELDS, sampleMessages } from "../arbitraries/samples.js";
import { type WireMessage, wireMessage } from "../arbitraries/wire-message.js";
import { type EntryCase, messageEntry } from "../entries/entry-case.js";
import { openReaderCheck } from "../entries/reader-check.js";
import type { InputClass } from "../input-class.js";

const ENVELOPE = Object.keys(sampleMessages[0] as WireMessage);
const isRequired = (field: string): boolean => (REQUIRED_FIELDS as readonly string[]).includes(field);

const envelopeField = fc.tuple(fc.constantFrom(...sampleMessages), fc.constantFrom(...ENVELOPE));

/** A key of the content of a message, whatever its type. */
const contentField = fc
  .constantFrom(...sampleMessages)
  .chain((message) => fc.tuple(fc.constant(message), fc.constantFrom(...Object.keys(message.content as object))));

const without = (object: object, key: string): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

const missing = fc.oneof(
  envelopeField.map(([message, field]) =>
    messageEntry(JSON.stringify(without(message, field)), isRequired(field) ? "refused" : "read"),
  ),
  contentField.map(([message, key]) =>
    messageEntry(JSON.stringify({ ...message, content: without(message.content as object, key) }), "read"),
  ),
);

const nulls = fc.oneof(
  envelopeField.map(([message, field]) =>
    messageEntry(JSON.stringify({ ...message, [field]: null }), isRequired(field) ? "refused" : "read"),
  ),
  contentField.map(([message, key]) =>
    messageEntry(JSON.stringify({ ...message, content: { ...(message.content as object), [key]: null } }), "read"),
  ),
);

const wrong = fc.oneof(
  fc
    .tuple(envelopeField, wrongJson)
    .map(([[message, field], value]) => messageEntry(JSON.stringify({ ...message, [field]: value }))),
  fc
    .tuple(contentField, wrongJson)
    .map(([[message, key], value]) =>
      messageEntry(JSON.stringify({ ...message, content: { ...(message.content as object), [key]: value } })),
    ),
);

/** Something of another type in each place that has one. */
const WRONG_FOR_ALL = [{ b: [] }, [[1]], false] as const;
const wrongType = fc.tuple(envelopeField, fc.constantFrom(...WRONG_FOR_ALL)).map(([[message, field], value]) => {
  const fits = (field === "content" && !Array.isArray(value) && typeof value === "object") || undefined;
  return messageEntry(JSON.stringify({ ...message, [field]: value }), fits ? undefined : "refused");
});

const unknownValue = fc
  .tuple(
    fc.constantFrom(...sampleMessages),
    fc.constantFrom<readonly [string, string]>(
      ["priority", "urgent"],
      ["priority", "HIGH"],
      ["priority", ""],
      ["message_type", "Task"],
      ["message_type", "task-assignment"],
      ["message_type", ""],
      ["message_type", "x".repeat(64)],
      ["to_agent", "#"],
      ["to_agent", "**"],
      ["to_agent", "#a b"],
    ),
  )
  .map(([message, [field, value]]) => messageEntry(JSON.stringify({ ...message, [field]: value }), "refused"));

const NAMES = [
  "taskId",
  "taskType",
  "requiredCapabilities",
  "executionTimeMs",
  "completionPercentage",
  "currentTasks",
  "errorType",
  "errorMessage",
];
const otherSpelling = fc
  .tuple(fc.constantFrom(...sampleMessages.slice(0, 5)), fc.constantFrom(...NAMES))
  .map(([message, name]) => {
    const wire = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const known = Object.hasOwn(message.content as object, wire);
    return messageEntry(
      JSON.stringify({ ...message, content: { ...(message.content as object), [name]: "x" } }),
      known ? "refused" : undefined,
    );
  });

const unknownFields = fc
  .tuple(
    wireMessage,
    fc.dictionary(
      fc.string({ maxLength: 8 }).map((key) => `x_${key}`),
      wrongJson,
      { maxKeys: 3 },
    ),
  )
  .map(([message, more]) => messageEntry(JSON.stringify({ ...more, ...message }), "read"));

const customContent = fc
  .tuple(wireMessage, fc.constantFrom("task_request", "x.y_z", "a", "task_assignment2"))
  .map(([message, type]) => messageEntry(JSON.stringify({ ...message, message_type: type })));

/** Each field missing, null, of another type, of an unknown value, in another spelling. Agents and coordinators get them too. */
export const fields: InputClass<EntryCase> = {
  name: "fields",
  title:
    "a field that is missing, null, of a wrong type or of an unknown value is filled in, passed on or refused, as the format says",
  cases: fc.oneof(
    missing,
    nulls,
    { weight: 3, arbitrary: wrong },
    { weight: 2, arbitrary: wrongType },
    unknownValue,
    otherSpelling,
    { weight: 2, arbitrary: unknownFields },
    customContent,
  ),
  batch: 250,
  open: openReaderCheck,
};
