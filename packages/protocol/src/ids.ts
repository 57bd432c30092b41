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

const NOT_PRINTABLE = /[^\x20-\x7e]/;

/** A message type, built in or custom. */
const MESSAGE_TYPE_PATTERN = /^[a-z][a-z0-9_.]{0,62}$/;

/** Whether the value is an agent id. */
export function isAgentId(value: unknown): value is string {
  return typeof value === "string" && AGENT_ID_PATTERN.test(value);
}

/** Whether the value is an agent id, "*", or "#" and a topic. */
export function isAddress(value: unknown): value is string {
  return typeof value === "string" && ADDRESS_PATTERN.test(value);
}

/** Whether the value is a message id. */
export function isMessageId(value: unknown): value is string {
  // Half the time of MESSAGE_ID_PATTERN, which says the same.
  return typeof value === "string" && value.length > 0 && value.length <= 128 && !NOT_PRINTABLE.test(value);
}

/** Whether the value is a message type, built in or custom. */
export function isMessageType(value: unknown): value is string {
  return typeof value === "string" && MESSAGE_TYPE_PATTERN.test(value);
}

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
  if (!isAgentId(value)) refuse(value, what, FIX);
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is a topic, without "#". */
export function checkTopic(value: unknown, what: string): asserts value is string {
  if (isAgentId(value)) return;
  refuse(value, what, typeof value === "string" && value.startsWith("#") ? 'leave out the "#"' : FIX);
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is a collection or a record key. */
export function checkRecordKey(value: unknown, what: string): asserts value is string {
  if (!isAgentId(value)) refuse(value, what, FIX);
}

/** Throws INVALID_AGENT_ID, naming `what`, unless the value is an agent id, "*", or "#" and a topic. */
export function checkAddress(value: unknown, what: string): asserts value is string {
  if (isAddress(value)) return;
  refuse(value, what, `give an agent id, "*" for everybody, or "#" and a topic; in an id or topic ${FIX}`);
}
