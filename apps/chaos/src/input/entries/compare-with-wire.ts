import { isDeepStrictEqual } from "node:util";
import type { AgentMessage } from "@agentcomm/protocol";

type Wire = Readonly<Record<string, unknown>>;

// What decoding may add where a writer left it out.
const FILLED = new Set(["attempt", "parameters", "description", "requiredCapabilities"]);
const OPTIONAL = ["correlationId", "expiresAt", "headers"] as const;

/** Throws unless the message says just what the text says, which JSON.parse must have read. */
export function compareWithWire(message: AgentMessage, wire: Wire): void {
  const { id, from, to, type, timestamp, priority } = message;
  same("the id", id, wire.message_id);
  same("the sender", from, wire.from_agent);
  same("the receiver", to, wire.to_agent);
  same("the type", type, wire.message_type === "task_request" ? "task_assignment" : wire.message_type);
  same("the timestamp", timestamp, wire.timestamp);
  same("the priority", priority, wire.priority ?? "medium");
  for (const name of OPTIONAL) same(name, message[name] ?? null, wire[snakeCase(name)] ?? null);
  same("the trace", message.trace ?? null, traceOf(wire.trace));
  compareContent(type, message.content as Wire, wire.content as Wire);
}

function compareContent(type: string, content: Wire, wire: Wire): void {
  const expected = new Map(Object.entries(wire));
  for (const [key, value] of Object.entries(content)) {
    const wireKey = expected.has(key) ? key : snakeCase(key);
    if (!expected.has(wireKey)) {
      if (!FILLED.has(key)) throw new Error(`the content has ${JSON.stringify(key)}, which nobody wrote`);
      continue;
    }
    const written = expected.get(wireKey);
    expected.delete(wireKey);
    // Null was filled in.
    if (written === null && FILLED.has(key)) continue;
    same(`content.${key}`, value, type === "task_response" && key === "error" ? withoutNulls(written) : written);
  }
  // Of a key that is known null means that it is absent.
  const [lost] = [...expected].find(([, value]) => value !== null) ?? [];
  if (lost !== undefined) throw new Error(`${JSON.stringify(lost)} of the content is gone`);
}

/** The fields of a trace that a reader knows; null means that one is absent. */
function traceOf(trace: unknown): unknown {
  if (typeof trace !== "object" || trace === null) return null;
  const { traceparent, tracestate } = trace as Wire;
  return { traceparent, ...(tracestate == null ? {} : { tracestate }) };
}

function withoutNulls(error: unknown): unknown {
  if (typeof error !== "object" || error === null || Array.isArray(error)) return error;
  const known = (key: string): boolean => key === "retryable" || key === "stack";
  return Object.fromEntries(Object.entries(error).filter(([key, value]) => value !== null || !known(key)));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function same(what: string, read: unknown, written: unknown): void {
  if (isDeepStrictEqual(read, written)) return;
  throw new Error(`${what} was read as something else than what was written`);
}
