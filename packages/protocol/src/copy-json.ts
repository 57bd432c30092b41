import { AgentCommError } from "./errors.js";
import { isForbiddenKey } from "./forbidden-keys.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { type Limits, tooDeep, tooManyBytes } from "./limits.js";
import { placeOf } from "./place-of.js";
import { quote } from "./quote.js";

/** Told each key of the outermost object and its copied value; returns the key to store it under, or throws. */
export type KeyRule = (key: string, value: JsonValue) => string;

/**
 * Copies a value that a caller gave us, reading every property exactly once. The copy holds plain objects, arrays,
 * strings, finite numbers, booleans and null only: what JSON cannot say is refused with INVALID_MESSAGE, naming the
 * place, rather than bent into something else as JSON.stringify would. Keys whose value is undefined are left out.
 *
 * `what` names the value in errors, `depth` is the nesting that it already has around it.
 */
export function copyJson(value: unknown, what: string, depth: number, limits: Limits, rule?: KeyRule): JsonValue {
  try {
    return copyValue(value, depth, { bytesLeft: limits.maxMessageBytes, maxDepth: limits.maxDepth, rule });
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    const fault = faultOf(error);
    if (fault.kind === "bytes") throw tooManyBytes(what, limits);
    if (fault.kind === "depth") throw tooDeep(what, limits);
    throw invalidMessage(what + placeOf(fault.path), fault.problem, fault.cause);
  }
}

interface Copying {
  /** Counts down what the copy takes on the wire at least: endless data ends here, before anything of its size is built. */
  bytesLeft: number;
  readonly maxDepth: number;
  /** For the outermost object only. */
  rule: KeyRule | undefined;
}

/** What is wrong, on its way out to the outermost value; each container that it passes adds its key. */
class Fault {
  readonly path: (string | number)[] = [];
  kind: "value" | "depth" | "bytes";
  problem: string;
  /** What is nested too deep. */
  readonly subject: unknown;
  readonly cause: unknown;

  constructor(kind: Fault["kind"], problem = "", facts: { readonly subject?: object; readonly cause?: unknown } = {}) {
    this.kind = kind;
    this.problem = problem;
    this.subject = facts.subject;
    this.cause = facts.cause;
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault("value", "cannot be read: a getter or proxy threw", { cause: error });
}

function passing(error: unknown, container: object, key: string | number | undefined): unknown {
  if (AgentCommError.is(error)) return error;
  const fault = faultOf(error);
  if (key !== undefined) fault.path.unshift(key);
  if (fault.kind === "depth" && fault.subject === container) {
    fault.kind = "value";
    fault.problem = "contains itself: JSON cannot say that";
  }
  return fault;
}

function copyValue(value: unknown, depth: number, copying: Copying): JsonValue {
  switch (typeof value) {
    case "string":
      spend(value.length + 2, copying);
      return value;
    case "number":
      spend(1, copying);
      if (!Number.isFinite(value)) throw new Fault("value", `is ${value}: JSON has no such number`);
      // -0 would come back as 0.
      return value + 0;
    case "boolean":
      spend(4, copying);
      return value;
    case "object":
      spend(2, copying);
      if (value === null) return null;
      if (depth >= copying.maxDepth) throw new Fault("depth", "", { subject: value });
      return Array.isArray(value) ? copyArray(value, depth + 1, copying) : copyObject(value, depth + 1, copying);
    default:
      throw new Fault("value", `is ${quote(value)}: JSON cannot say that`);
  }
}

function copyArray(value: readonly unknown[], depth: number, copying: Copying): JsonValue[] {
  copying.rule = undefined;
  const copied: JsonValue[] = [];
  let index = 0;
  try {
    const length = value.length;
    // As many as a proxy says: so it must be a length, and one that can fit, before anything is read.
    if (!Number.isSafeInteger(length) || length < 0) throw new Fault("value", "is an array without a length");
    spend(Math.max(length - 1, 0), copying);
    for (; index < length; index++) copied.push(copyValue(value[index], depth, copying));
  } catch (error) {
    throw passing(error, value, index);
  }
  return copied;
}

function copyObject(value: object, depth: number, copying: Copying): Record<string, JsonValue> {
  const { rule } = copying;
  copying.rule = undefined;
  const copied: Record<string, JsonValue> = {};
  let current: string | undefined;
  try {
    if (!isPlain(value)) throw new Fault("value", `is ${nameOf(value)}: give a plain object or an array`);
    for (const key of Object.keys(value)) {
      current = key;
      const item = (value as Record<string, unknown>)[key];
      if (item === undefined) continue;
      if (isForbiddenKey(key)) throw new Fault("value", "has a name that is not allowed as a key: rename it");
      spend(key.length + 3, copying);
      const itemCopy = copyValue(item, depth, copying);
      copied[rule === undefined ? key : rule(key, itemCopy)] = itemCopy;
    }
  } catch (error) {
    throw passing(error, value, current);
  }
  return copied;
}

function spend(bytes: number, copying: Copying): void {
  copying.bytesLeft -= bytes;
  if (copying.bytesLeft < 0) throw new Fault("bytes");
}

/** Whether it is an object literal, or made by Object.create(null), of this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${quote(name).slice(1, -1)}` : "no plain object";
}
