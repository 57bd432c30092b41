import { readOptions } from "./check-options.js";
import { isObject } from "./content-fields.js";
import { contentShape, type Spelling } from "./content-shape.js";
import { copyJson } from "./copy-json.js";
import { AgentCommError } from "./errors.js";
import { checkAddress, checkAgentId, isMessageId, isMessageType } from "./ids.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { type Limits, resolveLimits } from "./limits.js";
import { type AgentMessage, type MessageInput, PRIORITIES, type Priority, type TraceContext } from "./message.js";
import { isHeaders, isTraceparent } from "./message-fields.js";
import { placeOf } from "./place-of.js";
import { quote } from "./quote.js";
import { formatTimestamp, isTimestamp } from "./timestamp.js";
import { createId } from "./uuid.js";
import { TASK_REQUEST } from "./wire-schema.js";

/** Where a new message's id and time come from, and how much it may hold. */
export interface CreateMessageOptions {
  /** @default a new UUIDv7 */
  readonly createId?: () => string;
  /**
   * Epoch milliseconds.
   * @default Date.now
   */
  readonly now?: () => number;
  /**
   * Content beyond them is refused before it is copied. The exact size is checked when the message is encoded.
   * @default DEFAULT_LIMITS: 256 KiB, 32 levels
   */
  readonly limits?: Partial<Limits>;
}

const FIELDS: ReadonlySet<string> = new Set<keyof AgentMessage>([
  "id",
  "from",
  "to",
  "type",
  "content",
  "priority",
  "timestamp",
  "correlationId",
  "expiresAt",
  "trace",
  "headers",
]);

/** A message whose content may be in either spelling. */
export interface CheckedMessage {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly content: Readonly<Record<string, JsonValue>>;
  readonly priority: Priority;
  readonly timestamp: string;
  readonly correlationId?: string;
  readonly expiresAt?: string;
  readonly trace?: TraceContext;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Builds a message: fills in id, priority, timestamp and what decoding fills in built-in content, and checks everything.
 * The message shares no object with the input, so nothing that happens to the input later reaches it.
 *
 * Throws INVALID_MESSAGE naming the field that breaks the format (content that JSON cannot say included: a cycle, a
 * BigInt, a function, a Promise, a Date), INVALID_AGENT_ID for `from` and `to`, MESSAGE_TOO_LARGE for content beyond the
 * limits.
 */
export function createMessage<Type extends string>(
  input: MessageInput<Type>,
  options: CreateMessageOptions = {},
): AgentMessage<Type> {
  const read = readOptions(options);
  return checkMessage(input, read, resolveLimits(read.limits), "name") as unknown as AgentMessage<Type>;
}

/** What `createMessage` does, with the known keys of content in the wanted spelling. */
export function checkMessage(
  input: MessageInput,
  options: CreateMessageOptions,
  limits: Limits,
  spelling: Spelling,
): CheckedMessage {
  try {
    return readInput(input, options, limits, spelling);
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    throw invalidMessage("message", "cannot be built: a getter, a proxy, createId or now threw", error);
  }
}

function readInput(
  input: MessageInput,
  options: CreateMessageOptions,
  limits: Limits,
  spelling: Spelling,
): CheckedMessage {
  if (!isObject(input)) throw invalidMessage("message", `is ${quote(input)}: give an object`);
  const { id, from, to, type, content, timestamp, correlationId, expiresAt, trace, headers } = input;
  checkFields(input);
  checkAgentId(from, "from");
  checkAddress(to, "to");
  checkType(type);
  const message: { -readonly [Key in keyof CheckedMessage]: CheckedMessage[Key] } = {
    id: checkMessageId("id", id === undefined ? (options.createId ?? createId)() : id),
    from,
    to,
    type,
    content: checkContent(type, content, limits, spelling),
    priority: checkPriority(input.priority),
    timestamp: checkTimestamp(
      "timestamp",
      timestamp === undefined ? formatTimestamp((options.now ?? Date.now)()) : timestamp,
    ),
  };
  if (correlationId !== undefined) message.correlationId = checkMessageId("correlationId", correlationId);
  if (expiresAt !== undefined) message.expiresAt = checkTimestamp("expiresAt", expiresAt);
  if (trace !== undefined) message.trace = checkTrace(trace);
  if (headers !== undefined) message.headers = checkHeaders(headers, limits);
  return message;
}

function checkFields(input: object): void {
  for (const field of Object.keys(input)) {
    if (FIELDS.has(field) || (input as Record<string, unknown>)[field] === undefined) continue;
    throw invalidMessage(`message${placeOf([field])}`, "is no field of a message: put it into content or headers");
  }
}

function checkType(type: unknown): void {
  if (!isMessageType(type)) {
    throw invalidMessage("type", `is ${quote(type)}: use a lower-case letter and up to 62 of a-z, 0-9, "_" and "."`);
  }
  if (type === TASK_REQUEST) throw invalidMessage("type", 'is "task_request", the older name: use "task_assignment"');
}

function checkMessageId(field: string, value: unknown): string {
  if (isMessageId(value)) return value;
  throw invalidMessage(field, `is ${quote(value)}: use 1 to 128 printable ASCII characters`);
}

function checkPriority(value: Priority = "medium"): Priority {
  if (PRIORITIES.includes(value)) return value;
  throw invalidMessage("priority", `is ${quote(value)}: use one of ${PRIORITIES.join(", ")}`);
}

function checkTimestamp(field: string, value: unknown): string {
  if (isTimestamp(value)) return value;
  throw invalidMessage(field, `is ${quote(value)}: use an ISO 8601 timestamp, such as 2024-01-15T10:30:00.000Z`);
}

function checkTrace(trace: TraceContext): TraceContext {
  if (!isObject(trace)) throw invalidMessage("trace", `is ${quote(trace)}: give an object`);
  const { traceparent, tracestate } = trace;
  if (!isTraceparent(traceparent)) {
    throw invalidMessage(
      "trace.traceparent",
      `is ${quote(traceparent)}: use the W3C form, 00-<32 hex>-<16 hex>-<2 hex>`,
    );
  }
  if (tracestate === undefined) return { traceparent };
  if (typeof tracestate !== "string") throw invalidMessage("trace.tracestate", `is ${quote(tracestate)}: use a string`);
  return { traceparent, tracestate };
}

function checkHeaders(headers: unknown, limits: Limits): Readonly<Record<string, string>> {
  const copied = copyJson(headers, "headers", 1, limits);
  if (isHeaders(copied)) return copied;
  throw invalidMessage("headers", "is wrong: give an object whose values are strings");
}

function checkContent(
  type: string,
  content: unknown,
  limits: Limits,
  spelling: Spelling,
): Readonly<Record<string, JsonValue>> {
  const shape = contentShape(type);
  const copied = copyJson(content, "content", 1, limits, shape?.rules[spelling]);
  if (!isObject(copied)) throw invalidMessage("content", `is ${quote(content)}: give an object`);
  const checked = copied as Record<string, JsonValue>;
  if (shape !== undefined) for (const field of shape.filled) checked[field[spelling]] ??= field.fill();
  return checked;
}
