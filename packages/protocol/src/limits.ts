import { checkNumber, type NumberRange } from "./check-number.js";
import { readOptions } from "./check-options.js";
import { AgentCommError } from "./errors.js";

/** How much a message or record may hold. */
export interface Limits {
  /**
   * Largest message or record on the wire, in bytes of UTF-8.
   * @default 262,144 (256 KiB)
   */
  readonly maxMessageBytes: number;
  /**
   * Deepest nesting of objects and arrays. The message itself counts as one.
   * @default 32
   */
  readonly maxDepth: number;
}

/** The limits that hold where nobody sets others. */
export const DEFAULT_LIMITS: Limits = Object.freeze({ maxMessageBytes: 262_144, maxDepth: 32 });

// Below 256 bytes no message fits; beyond 2 ** 29 - 1 characters V8 makes no string.
const BYTES: NumberRange = { min: 256, max: 2 ** 29 - 1, integer: true };
// JSON.stringify overflows the stack some way below 10,000 levels.
const DEPTH: NumberRange = { min: 2, max: 1_000, integer: true };

/** Fills in what a caller left out. Throws INVALID_OPTIONS. */
export function resolveLimits(limits: Partial<Limits> | undefined): Limits {
  if (limits === undefined || limits === DEFAULT_LIMITS) return DEFAULT_LIMITS;
  const { maxMessageBytes, maxDepth } = readOptions(limits, "limits");
  if (maxMessageBytes === undefined && maxDepth === undefined) return DEFAULT_LIMITS;
  return {
    maxMessageBytes: checkNumber("maxMessageBytes", maxMessageBytes ?? DEFAULT_LIMITS.maxMessageBytes, BYTES),
    maxDepth: checkNumber("maxDepth", maxDepth ?? DEFAULT_LIMITS.maxDepth, DEPTH),
  };
}

/** The error for more bytes than allowed. `bytes` is left out where only "too many" is known. */
export function tooManyBytes(what: string, limits: Limits, bytes?: number): AgentCommError {
  const measured = bytes === undefined ? `more than ${limits.maxMessageBytes}` : String(bytes);
  return new AgentCommError(
    "MESSAGE_TOO_LARGE",
    `${what} has ${measured} bytes, ${limits.maxMessageBytes} are allowed: store the payload elsewhere and send a reference, or raise maxMessageBytes at both ends`,
    {
      outcome: "none",
      details: { maxMessageBytes: limits.maxMessageBytes, ...(bytes === undefined ? {} : { bytes }) },
    },
  );
}

/** The error for deeper nesting than allowed. */
export function tooDeep(what: string, limits: Limits): AgentCommError {
  return new AgentCommError(
    "MESSAGE_TOO_LARGE",
    `${what} is nested deeper than ${limits.maxDepth} levels: flatten it, or raise maxDepth at both ends`,
    { outcome: "none", details: { maxDepth: limits.maxDepth } },
  );
}

/** Throws MESSAGE_TOO_LARGE if the text takes more bytes of UTF-8 than allowed. */
export function checkTextSize(text: string, what: string, limits: Limits): void {
  // A UTF-16 code unit takes 1 to 3 bytes of UTF-8, so most texts need no counting.
  if (text.length * 3 <= limits.maxMessageBytes) return;
  if (text.length > limits.maxMessageBytes) throw tooManyBytes(what, limits);
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxMessageBytes) throw tooManyBytes(what, limits, bytes);
}
