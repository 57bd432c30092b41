import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";

// What a store keeps of a reason, for people: a thrown error may carry a whole file.
const LONGEST_REASON = 2_000;

const NONE: object = Object.freeze({});

/**
 * Reads a caller's options, each exactly once, also those that they inherit: what is looked at later can't throw or change any
 * more. Throws INVALID_OPTIONS if they are no object, a getter of theirs throws, or their `signal` is none.
 */
export function readOptions<Options extends object>(options: Options | undefined, name = "options"): Options {
  if (options === undefined) return NONE as Options;
  const read: Record<string, unknown> = {};
  if (typeof options !== "object" || options === null) {
    throw invalidOption(name, `is ${quote(options)}: give an object`);
  }
  try {
    for (const key in options) read[key] = options[key];
  } catch {
    throw invalidOption(name, "cannot be read: a getter or proxy threw");
  }
  if (read.signal !== undefined && !isSignal(read.signal)) {
    throw invalidOption("signal", `is ${quote(read.signal)}: give an AbortSignal`);
  }
  return read as Options;
}

/** Not by instanceof: it may be of another realm. */
function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

/** Throws INVALID_OPTIONS, naming the option, unless the value is a string. */
export function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw invalidOption(name, `is ${quote(value)}: give a string`);
}

/** Throws INVALID_OPTIONS, naming the option, unless the value is an array of strings. */
export function checkTexts(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw invalidOption(name, `is ${quote(value)}: give an array of strings`);
  return Array.from(value, (item: unknown, index) => checkText(`${name}[${index}]`, item));
}

/** Throws INVALID_OPTIONS, naming the option, unless the value is a function. */
export function checkFunction<Value>(name: string, value: Value): Value {
  if (typeof value === "function") return value;
  throw invalidOption(name, `is ${quote(value)}: give a function`);
}

/** Why a delivery is settled as it is, not longer than it may be kept. Throws INVALID_OPTIONS unless it is a string. */
export function checkReason(value: unknown): string {
  const reason = checkText("reason", value);
  return reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON)}…`;
}
