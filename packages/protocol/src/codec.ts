/** Messages to wire text and back: the only code that knows the wire. */
import type { z } from "zod";
import { contentShape } from "./content-shape.js";
import { placeOf } from "./copy-json.js";
import { createMessage } from "./create-message.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { checkTextSize, type Limits, resolveLimits } from "./limits.js";
import type { AgentMessage } from "./message.js";
import { parseJson } from "./parse-json.js";
import { TASK_REQUEST, type WireMessage, wireSchema } from "./wire-schema.js";

/**
 * Writes a message as wire text: one JSON object, snake_case. Throws INVALID_MESSAGE if the message breaks the format,
 * INVALID_AGENT_ID for `from` and `to`, and MESSAGE_TOO_LARGE beyond the limits.
 */
export function encodeMessage(message: AgentMessage, limits?: Partial<Limits>): string {
  const resolved = resolveLimits(limits);
  for (const field of ["id", "timestamp", "priority"] as const) {
    if (message?.[field] === undefined) throw invalidMessage(field, "is missing: build the message with createMessage");
  }
  return encodeCreatedMessage(createMessage(message, { limits: resolved }), resolved);
}

/**
 * Writes a message that `createMessage` has just made, which need not be checked again. Throws MESSAGE_TOO_LARGE.
 */
export function encodeCreatedMessage(message: AgentMessage, limits: Limits): string {
  const text = JSON.stringify({
    message_id: message.id,
    from_agent: message.from,
    to_agent: message.to,
    message_type: message.type,
    content: wireContent(message.type, message.content),
    priority: message.priority,
    timestamp: message.timestamp,
    correlation_id: message.correlationId,
    expires_at: message.expiresAt,
    trace: message.trace,
    headers: message.headers,
  });
  checkTextSize(text, "message", limits);
  return text;
}

/**
 * Reads wire text, or its bytes. Throws INVALID_MESSAGE if it breaks the format, MESSAGE_TOO_LARGE beyond the limits,
 * and nothing else, whoever wrote it.
 */
export function decodeMessage(data: string | Uint8Array, limits?: Partial<Limits>): AgentMessage {
  const value = parseJson(data, "message", resolveLimits(limits));
  const parsed = wireSchema((value as Partial<WireMessage> | null)?.message_type).safeParse(value);
  if (!parsed.success) throw unreadable(parsed.error);
  const wire = parsed.data;
  const type = wire.message_type === TASK_REQUEST ? "task_assignment" : wire.message_type;
  const message: Record<string, unknown> = {
    id: wire.message_id,
    from: wire.from_agent,
    to: wire.to_agent,
    type,
    content: contentOf(type, wire.content),
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
  return message as unknown as AgentMessage;
}

function wireContent(type: string, content: object): object {
  const shape = contentShape(type);
  if (shape === undefined) return content;
  const wire: Record<string, unknown> = {};
  for (const key of Object.keys(content)) {
    wire[shape.byName.get(key)?.wire ?? key] = (content as Record<string, unknown>)[key];
  }
  return wire;
}

function contentOf(type: string, wire: Record<string, JsonValue>): Record<string, JsonValue> {
  const shape = contentShape(type);
  if (shape === undefined) return wire;
  const content: Record<string, JsonValue> = {};
  for (const key of Object.keys(wire)) {
    const value = wire[key] as JsonValue;
    const field = shape.byWire.get(key);
    if (field === undefined) content[key] = value;
    else if (value !== null || field.kind.nullable === true) content[field.name] = value;
  }
  for (const { name, fill } of shape.filled) content[name] ??= fill();
  return content;
}

function unreadable(error: z.ZodError): Error {
  const issue = error.issues[0];
  const place = placeOf(issue?.path ?? []);
  return invalidMessage(place === "" ? "message" : place.replace(/^\./, ""), `is wrong: ${issue?.message}`, error);
}
