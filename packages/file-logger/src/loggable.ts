import { describe } from "@agentcomm/protocol/internal";
import { REDACTED, type Redaction } from "./redact.js";

const MOST_VALUES = 10_000;
const DEEPEST = 32;
const MOST_CHARACTERS = 1_048_576;

/**
 * Copies a value into what a line can hold: plain JSON without secrets, of bounded depth and size. Never throws, whatever
 * the value does when it is read: what cannot be shown is named instead.
 */
export function loggable(value: unknown, redaction: Redaction): unknown {
  if (value === undefined) return undefined;
  let left = MOST_VALUES;
  let charactersLeft = MOST_CHARACTERS;
  const above: object[] = [];

  const copy = (each: unknown): unknown => {
    if (typeof each === "string") return text(each);
    if (typeof each === "bigint") return String(each);
    if (typeof each !== "object" || each === null) return typeof each === "function" ? "[a function]" : primitive(each);
    if (above.includes(each)) return "[circular]";
    if (above.length >= DEEPEST) return "[too deep]";
    above.push(each);
    try {
      return object(each);
    } catch (thrown) {
      return `[unreadable: ${text(describe(thrown))}]`;
    } finally {
      above.pop();
    }
  };

  const text = (raw: string): string => {
    const shown = raw.slice(0, charactersLeft);
    charactersLeft -= shown.length;
    const scrubbed = redaction.scrub(shown);
    return shown.length === raw.length ? scrubbed : `${scrubbed}[${raw.length - shown.length} more characters]`;
  };

  const object = (each: object): unknown => {
    if (each instanceof Error) return error(each);
    if (ArrayBuffer.isView(each)) return `[${each.byteLength} bytes]`;
    if (each instanceof Map) return list(Array.from(each, withoutSecret));
    if (each instanceof Set) return list([...each]);
    if (Array.isArray(each)) return list(each);
    const { toJSON } = each as { toJSON?: unknown };
    return typeof toJSON === "function" ? copy(toJSON.call(each)) : fields(each);
  };

  const withoutSecret = ([key, value]: [unknown, unknown]): [unknown, unknown] => {
    return typeof key === "string" && redaction.isSecretKey(key) ? [key, REDACTED] : [key, value];
  };

  const list = (values: readonly unknown[]): unknown[] => {
    const copied: unknown[] = [];
    for (const each of values) {
      if (left-- <= 0) {
        copied.push(`[${values.length - copied.length} more]`);
        break;
      }
      copied.push(copy(each) ?? null);
    }
    return copied;
  };

  const fields = (each: object): Record<string, unknown> => {
    // Without a prototype a key named __proto__ is a key like any other.
    const copied: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(each)) {
      charactersLeft -= key.length;
      if (left-- <= 0 || charactersLeft < 0) {
        charactersLeft = 0;
        copied["[left_out]"] = true;
        break;
      }
      copied[key] = redaction.isSecretKey(key) ? REDACTED : field(each, key);
    }
    return copied;
  };

  const field = (each: object, key: string): unknown => {
    try {
      return copy((each as Record<string, unknown>)[key]);
    } catch (thrown) {
      return `[unreadable: ${text(describe(thrown))}]`;
    }
  };

  const error = (each: Error): Record<string, unknown> => {
    const known = { name: each.name, message: each.message, stack: each.stack, cause: each.cause };
    return fields(Object.assign(known, each));
  };

  return copy(value);
}

function primitive(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value === "symbol" ? String(value) : value;
}
