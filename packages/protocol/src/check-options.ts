import { AgentCommError } from "./errors.js";
import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";

// What a store keeps of a reason, for people: a thrown error may carry a whole file.
const LONGEST_REASON = 2_000;

const tagOf = Object.prototype.toString;

/** Classes that options of a class may inherit from. */
const DEEPEST = 16;

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
  readingOptions(name, () => {
    for (const key in options) read[key] = options[key];
    // The getters of a class are not enumerable. Not for ever: a proxy may say that it inherits from itself.
    let from: object = Object.getPrototypeOf(options);
    for (let depth = 0; depth < DEEPEST && from !== null && from !== Object.prototype; depth++) {
      for (const key of Object.getOwnPropertyNames(from)) if (!(key in read)) read[key] = options[key as keyof Options];
      from = Object.getPrototypeOf(from);
    }
  });
  if (read.signal !== undefined && !isSignal(read.signal)) {
    throw invalidOption("signal", `is ${quote(read.signal)}: give an AbortSignal`);
  }
  return read as Options;
}

/** Runs what reads a caller's options: whatever a getter or proxy of theirs throws leaves as INVALID_OPTIONS. */
export function readingOptions<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    throw invalidOption(name, "cannot be read: it is of another kind, or a getter or proxy of it threw");
  }
}

/**
 * Not by instanceof: it may be of another realm. What only looks like one may throw later, where it is listened to, after what it
 * was to bound has begun.
 */
function isSignal(value: unknown): value is AbortSignal {
  try {
    return tagOf.call(value) === "[object AbortSignal]" && typeof (value as AbortSignal).aborted === "boolean";
  } catch {
    // A proxy or getter that throws: whatever it is, it is no signal.
    return false;
  }
}

/** Throws INVALID_OPTIONS, naming the option, unless the value is a string. */
export function checkText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw invalidOption(name, `is ${quote(value)}: give a string`);
}

/** Throws INVALID_OPTIONS, naming the option, unless the value is an array of strings. */
export function checkTexts(name: string, value: unknown): readonly string[] {
  return readingOptions(name, () => {
    if (!Array.isArray(value)) throw invalidOption(name, `is ${quote(value)}: give an array of strings`);
    return Array.from(value, (item: unknown, index) => checkText(`${name}[${index}]`, item));
  });
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
