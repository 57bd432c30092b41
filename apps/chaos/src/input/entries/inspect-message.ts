import type { AgentMessage, TraceContext } from "@agentcomm/protocol";

// Said again here, in other words than the library's: what judges must not be what is judged.
const FIELDS = new Set([
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
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const DEEPEST = 32;

/** Whether a name may be an agent's, a topic's or a record's. */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text) && text.length <= 63 && !text.includes("..") && !text.includes("\n");
}

/** Whether a text may name a message. */
export function isIdentifier(text: string): boolean {
  return text.length >= 1 && text.length <= 128 && [...text].every((character) => character >= " " && character <= "~");
}

/** Whether it is a trace of the W3C's: version, trace, span and flags in hexadecimal digits, and what later versions append. */
function isTrace({ traceparent, tracestate }: TraceContext): boolean {
  const parts = traceparent.split("-");
  const isHex = (part: string | undefined, length: number): boolean =>
    part?.length === length && [...part].every((digit) => "0123456789abcdef".includes(digit));
  return (
    [2, 32, 16, 2].every((length, index) => isHex(parts[index], length)) &&
    [...traceparent].every((character) => character > " " && character <= "~") &&
    (tracestate === undefined || typeof tracestate === "string")
  );
}

/** Throws unless the message is one that may be handed to a user: its grammar, plain objects, nothing that reaches a prototype. */
export function inspectMessage(message: AgentMessage): void {
  for (const key of Reflect.ownKeys(message)) expect(FIELDS.has(String(key)), `the field ${String(key)}`);
  const { id, from, to, type, content, priority, timestamp, correlationId, expiresAt, trace, headers } = message;
  expect(isIdentifier(id), "the id");
  expect(isName(from), "the sender");
  expect(to === "*" || isName(to.replace(/^#/, "")), "the receiver");
  expect(/^[a-z][a-z0-9_.]{0,62}$/.test(type) && !type.endsWith("\n"), "the type");
  expect(["critical", "high", "medium", "low"].includes(priority), "the priority");
  expect(/^\d{4}/.test(timestamp), "the timestamp");
  expect(correlationId === undefined || isIdentifier(correlationId), "the correlationId");
  expect(expiresAt === undefined || /^\d{4}/.test(expiresAt), "expiresAt");
  expect(typeof content === "object" && content !== null && !Array.isArray(content), "the content");
  expect(trace === undefined || isTrace(trace), "the trace");
  for (const value of Object.values(headers ?? {})) expect(typeof value === "string", "a header");
  inspectValue(message);
}

/** Throws unless a value is plain JSON, at most 32 levels deep, without the keys that reach a prototype. */
function inspectValue(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== "object" || each === null) {
        expect(["string", "number", "boolean", "object"].includes(typeof each), `a ${typeof each}`);
        continue;
      }
      expect(depth < DEEPEST, `more than ${DEEPEST} levels`);
      const prototype = Object.getPrototypeOf(each);
      expect(prototype === (Array.isArray(each) ? Array.prototype : Object.prototype), "the prototype of an object");
      for (const key of Reflect.ownKeys(each)) {
        if (key === "length" && Array.isArray(each)) continue;
        expect(typeof key === "string" && !FORBIDDEN_KEYS.has(key), `the key ${String(key)}`);
        next.push(Object.getOwnPropertyDescriptor(each, key)?.value);
      }
    }
    level = next;
  }
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`a message was read that breaks the format: ${what}`);
}
