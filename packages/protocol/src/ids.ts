/**
 * The grammars of names. Agent ids, topics, collections and record keys end up in keys of a store and in file names: so
 * nothing outside their grammar ever gets that far.
 */
import { AgentCommError } from "./errors.js";
import { quote } from "./quote.js";

/** An agent id, a topic (without "#"), a collection or a record key. */
export const AGENT_ID_PATTERN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}$/;

/** What a message is addressed to: an agent id, "*", or "#" and a topic. */
export const ADDRESS_PATTERN = /^(?:\*|#?[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62})$/;

/** A message id or idempotency key: 1 to 128 printable ASCII characters. */
export const MESSAGE_ID_PATTERN = /^[\x20-\x7e]{1,128}$/;

/** A message type, built in or custom. */
export const MESSAGE_TYPE_PATTERN = /^[a-z][a-z0-9_.]{0,62}$/;

const FIX =
  'use letters, digits, ".", "_" and "-", at most 63 characters, starting with a letter or digit, without ".."';

function refuse(value: unknown, what: string, fix: string): never {
  throw new AgentCommError("INVALID_AGENT_ID", `${what} is ${quote(value)}: ${fix}`, {
    details: { field: what },
    outcome: "none",
  });
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is an agent id. */
export function checkAgentId(value: unknown, what: string): asserts value is string {
  if (typeof value !== "string" || !AGENT_ID_PATTERN.test(value)) refuse(value, what, FIX);
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is a topic, without "#". */
export function checkTopic(value: unknown, what: string): asserts value is string {
  if (typeof value === "string" && AGENT_ID_PATTERN.test(value)) return;
  refuse(value, what, typeof value === "string" && value.startsWith("#") ? 'leave out the "#"' : FIX);
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is a collection or a record key. */
export function checkRecordKey(value: unknown, what: string): asserts value is string {
  if (typeof value !== "string" || !AGENT_ID_PATTERN.test(value)) refuse(value, what, FIX);
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is an agent id, "*", or "#" and a topic. */
export function checkAddress(value: unknown, what: string): asserts value is string {
  if (typeof value === "string" && ADDRESS_PATTERN.test(value)) return;
  refuse(value, what, `give an agent id, "*" for everybody, or "#" and a topic; in an id or topic ${FIX}`);
}
