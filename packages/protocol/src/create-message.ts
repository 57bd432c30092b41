import { type ContentShape, contentShape } from "./content-shape.js";
import { copyJson } from "./copy-json.js";
import { AgentCommError } from "./errors.js";
import { checkAddress, checkAgentId, MESSAGE_ID_PATTERN, MESSAGE_TYPE_PATTERN } from "./ids.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { type Limits, resolveLimits } from "./limits.js";
import { type AgentMessage, type MessageInput, PRIORITIES, type TraceContext } from "./message.js";
import { quote } from "./quote.js";
import { formatTimestamp, isTimestamp } from "./timestamp.js";
import { createId } from "./uuid.js";
import { TASK_REQUEST, TRACEPARENT_PATTERN } from "./wire-schema.js";

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
  try {
    return buildMessage(input, options);
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    throw invalidMessage("message", "cannot be read: a getter or proxy made reading fail", error);
  }
}

interface Building {
  id: string;
  from: string;
  to: string;
  type: string;
  content: unknown;
  priority: string;
  timestamp: string;
  correlationId?: string;
  expiresAt?: string;
  trace?: TraceContext;
  headers?: Readonly<Record<string, string>>;
}

function buildMessage<Type extends string>(
  input: MessageInput<Type>,
  options: CreateMessageOptions,
): AgentMessage<Type> {
  if (typeof input !== "object" || input === null)
    throw invalidMessage("message", `is ${quote(input)}: give an object`);
  const { id, from, to, type, content, priority, timestamp, correlationId, expiresAt, trace, headers } = input;
  checkAgentId(from, "from");
  checkAddress(to, "to");
  checkType(type);
  const limits = resolveLimits(options.limits);
  const message: Building = {
    id: checkMessageId("id", id ?? (options.createId ?? createId)()),
    from,
    to,
    type,
    content: checkContent(type, content, limits),
    priority: checkPriority(priority ?? "medium"),
    timestamp:
      timestamp === undefined ? formatTimestamp((options.now ?? Date.now)()) : checkTimestamp("timestamp", timestamp),
  };
  if (correlationId !== undefined) message.correlationId = checkMessageId("correlationId", correlationId);
  if (expiresAt !== undefined) message.expiresAt = checkTimestamp("expiresAt", expiresAt);
  if (trace !== undefined) message.trace = checkTrace(trace);
  if (headers !== undefined) message.headers = checkHeaders(headers, limits);
  return message as unknown as AgentMessage<Type>;
}

function checkType(type: unknown): void {
  if (typeof type !== "string" || !MESSAGE_TYPE_PATTERN.test(type)) {
    throw invalidMessage("type", `is ${quote(type)}: use a lower-case letter and up to 62 of a-z, 0-9, "_" and "."`);
  }
  if (type === TASK_REQUEST) throw invalidMessage("type", 'is "task_request", the older name: use "task_assignment"');
}

function checkMessageId(field: string, value: unknown): string {
  if (typeof value === "string" && MESSAGE_ID_PATTERN.test(value)) return value;
  throw invalidMessage(field, `is ${quote(value)}: use 1 to 128 printable ASCII characters`);
}

function checkPriority(value: string): string {
  if ((PRIORITIES as readonly string[]).includes(value)) return value;
  throw invalidMessage("priority", `is ${quote(value)}: use one of ${PRIORITIES.join(", ")}`);
}

function checkTimestamp(field: string, value: unknown): string {
  if (isTimestamp(value)) return value;
  throw invalidMessage(field, `is ${quote(value)}: use an ISO 8601 timestamp, such as 2024-01-15T10:30:00.000Z`);
}

function checkTrace(trace: TraceContext): TraceContext {
  if (typeof trace !== "object" || trace === null) throw invalidMessage("trace", `is ${quote(trace)}: give an object`);
  const { traceparent, tracestate } = trace;
  if (typeof traceparent !== "string" || !TRACEPARENT_PATTERN.test(traceparent)) {
    throw invalidMessage(
      "trace.traceparent",
      `is ${quote(traceparent)}: use the W3C form, 00-<32 hex>-<16 hex>-<2 hex>`,
    );
  }
  if (tracestate === undefined) return { traceparent };
  if (typeof tracestate !== "string") throw invalidMessage("trace.tracestate", `is ${quote(tracestate)}: use a string`);
  return { traceparent, tracestate };
}

function checkHeaders(headers: unknown, limits: Limits): Record<string, string> {
  const copied = copyJson(headers, "headers", 1, limits);
  if (typeof copied !== "object" || copied === null || Array.isArray(copied)) {
    throw invalidMessage("headers", `is ${quote(headers)}: give an object whose values are strings`);
  }
  for (const [name, value] of Object.entries(copied)) {
    if (typeof value !== "string")
      throw invalidMessage("headers", `has ${quote(value)} under ${quote(name)}: use strings`);
  }
  return copied as Record<string, string>;
}

function checkContent(type: string, content: unknown, limits: Limits): unknown {
  const copied = copyJson(content, "content", 1, limits);
  if (typeof copied !== "object" || copied === null || Array.isArray(copied)) {
    throw invalidMessage("content", `is ${quote(content)}: give an object`);
  }
  const shape = contentShape(type);
  return shape === undefined ? copied : checkKnownKeys(copied as Record<string, JsonValue>, shape);
}

function checkKnownKeys(content: Record<string, JsonValue>, shape: ContentShape): Record<string, JsonValue> {
  for (const key of Object.keys(content)) {
    const value = content[key] as JsonValue;
    const field = shape.byName.get(key);
    if (field === undefined) {
      const meant = shape.byWire.get(key);
      if (meant !== undefined)
        throw invalidMessage(`content.${key}`, `is the spelling of the wire: write ${meant.name}`);
    } else if (!field.kind.accepts(value)) {
      throw invalidMessage(`content.${key}`, `is ${quote(value)}: it must be ${field.kind.expects}`);
    }
  }
  for (const { name, fill } of shape.filled) content[name] ??= fill();
  return content;
}
