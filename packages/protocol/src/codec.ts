/** Messages to wire text and back: the only code that knows the wire. */
import type { z } from "zod";
import { isObject } from "./content-fields.js";
import { contentShape } from "./content-shape.js";

import { type CheckedMessage, type CreateMessageOptions, checkMessage } from "./create-message.js";
import { isAddress, isAgentId, isMessageId, isMessageType } from "./ids.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { checkTextSize, type Limits, resolveLimits } from "./limits.js";
import { type AgentMessage, type MessageInput, PRIORITIES } from "./message.js";
import { isHeaders, isTraceparent } from "./message-fields.js";
import { parseJson } from "./parse-json.js";
import { placeOf } from "./place-of.js";
import { isTimestamp } from "./timestamp.js";
import { TASK_REQUEST, type WireMessage, wireSchema } from "./wire-schema.js";

/**
 * Writes a message as wire text: one JSON object, snake_case. Throws INVALID_MESSAGE if the message breaks the format,
 * INVALID_AGENT_ID for `from` and `to`, and MESSAGE_TOO_LARGE beyond the limits.
 */
export function encodeMessage(message: AgentMessage, limits?: Partial<Limits>): string {
  return encodeInput(message, {
    ...(limits === undefined ? {} : { limits }),
    createId: () => missing("id"),
    now: () => missing("timestamp"),
  }).text;
}

function missing(field: string): never {
  throw invalidMessage(field, "is missing: build the message with createMessage");
}

/** A message on its way out: its wire text, and what a transport must know of it. */
export interface EncodedMessage {
  /** Its content is a copy, in the wire's spelling. */
  readonly message: CheckedMessage;
  readonly text: string;
}

/**
 * Does what `createMessage` and `encodeMessage` do, in one pass over the content: the way of everything that is sent.
 * Throws INVALID_MESSAGE, INVALID_AGENT_ID, MESSAGE_TOO_LARGE.
 */
export function encodeInput(input: MessageInput | AgentMessage, options: CreateMessageOptions): EncodedMessage {
  const limits = resolveLimits(options.limits);
  const message = checkMessage(input, options, limits, "wire");
  const text = JSON.stringify({
    message_id: message.id,
    from_agent: message.from,
    to_agent: message.to,
    message_type: message.type,
    content: message.content,
    priority: message.priority,
    timestamp: message.timestamp,
    correlation_id: message.correlationId,
    expires_at: message.expiresAt,
    trace: message.trace,
    headers: message.headers,
  });
  checkTextSize(text, "message", limits);
  return { message, text };
}

/**
 * Reads wire text, or its bytes: fills in what old writers left out, takes null for what may be left out, ignores unknown
 * fields at the top level and passes unknown keys of content on. Throws INVALID_MESSAGE if the text breaks the format,
 * MESSAGE_TOO_LARGE beyond the limits, and nothing else, whoever wrote it.
 */
export function decodeMessage(data: string | Uint8Array, limits?: Partial<Limits>): AgentMessage {
  const value = parseJson(data, "message", resolveLimits(limits));
  if (isObject(value) && hasOrdinaryEnvelope(value)) {
    const content = contentOf(value);
    if (content !== undefined) return messageOf(value, content);
  }
  const parsed = wireSchema((value as Partial<WireMessage> | null)?.message_type).safeParse(value);
  if (!parsed.success) throw unreadable(parsed.error);
  const content = contentOf(parsed.data);
  if (content === undefined) throw invalidMessage("content", "is wrong");
  return messageOf(parsed.data, content);
}

/**
 * Whether everything around the content is what the schema accepts, found out at a fifth of the schema's cost. What this
 * test does not know (null for absent), and every fault, the schema judges.
 */
function hasOrdinaryEnvelope(value: Partial<Record<keyof WireMessage, unknown>>): value is WireMessage {
  const { correlation_id, expires_at, trace, headers } = value;
  return (
    isMessageId(value.message_id) &&
    isAgentId(value.from_agent) &&
    isAddress(value.to_agent) &&
    isMessageType(value.message_type) &&
    isTimestamp(value.timestamp) &&
    (PRIORITIES as readonly unknown[]).includes(value.priority) &&
    isObject(value.content) &&
    (correlation_id === undefined || isMessageId(correlation_id)) &&
    (expires_at === undefined || isTimestamp(expires_at)) &&
    (trace === undefined ||
      (isObject(trace) && isTraceparent(trace.traceparent) && isOptionalString(trace.tracestate))) &&
    (headers === undefined || isHeaders(headers))
  );
}

const isOptionalString = (value: unknown): boolean => value === undefined || typeof value === "string";

/** The content with its known keys as in TypeScript; undefined if one of them does not hold what it must. */
function contentOf(wire: WireMessage): Record<string, JsonValue> | undefined {
  const shape = contentShape(wire.message_type === TASK_REQUEST ? "task_assignment" : wire.message_type);
  if (shape === undefined) return wire.content;
  const content: Record<string, JsonValue> = {};
  for (const key of Object.keys(wire.content)) {
    const value = wire.content[key] as JsonValue;
    const field = shape.byWire.get(key);
    if (field === undefined) {
      if (shape.byName.has(key)) return undefined;
      content[key] = value;
    } else if (value !== null || field.kind.nullable === true) {
      if (!field.kind.accepts(value)) return undefined;
      content[field.name] = value;
    }
  }
  for (const { name, fill } of shape.filled) content[name] ??= fill();
  return content;
}

function messageOf(wire: WireMessage, content: Record<string, JsonValue>): AgentMessage {
  const message: { -readonly [Key in keyof AgentMessage]: AgentMessage[Key] } = {
    id: wire.message_id,
    from: wire.from_agent,
    to: wire.to_agent,
    type: wire.message_type === TASK_REQUEST ? "task_assignment" : wire.message_type,
    content,
    priority: wire.priority ?? "medium",
    timestamp: wire.timestamp,
  };
  if (wire.correlation_id != null) message.correlationId = wire.correlation_id;
  if (wire.expires_at != null) message.expiresAt = wire.expires_at;
  if (wire.trace != null) {
    const { traceparent, tracestate } = wire.trace;
    message.trace = tracestate == null ? { traceparent } : { traceparent, tracestate };
  }
  if (wire.headers != null) message.headers = wire.headers;
  return message;
}

function unreadable(error: z.ZodError): Error {
  const issue = error.issues[0];
  const place = placeOf(issue?.path ?? []);
  return invalidMessage(place === "" ? "message" : place.replace(/^\./, ""), `is wrong: ${issue?.message}`, error);
}
