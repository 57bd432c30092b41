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

/** Fills in what a caller left out. */
export function resolveLimits(limits: Partial<Limits> | undefined): Limits {
  if (limits === undefined) return DEFAULT_LIMITS;
  return {
    maxMessageBytes: limits.maxMessageBytes ?? DEFAULT_LIMITS.maxMessageBytes,
    maxDepth: limits.maxDepth ?? DEFAULT_LIMITS.maxDepth,
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
