/** The value of a record as bytes and back, with the protections of messages. */
import { types } from "node:util";
import { copyJson } from "./copy-json.js";
import { invalidMessage } from "./invalid-message.js";
import type { JsonValue } from "./json.js";
import { checkTextSize, type Limits, resolveLimits } from "./limits.js";
import { parseJson } from "./parse-json.js";

/** Writes a value as JSON in UTF-8. Throws INVALID_MESSAGE if JSON cannot say it, MESSAGE_TOO_LARGE beyond the limits. */
export function encodeJson(value: unknown, limits?: Partial<Limits>): Uint8Array {
  const resolved = resolveLimits(limits);
  const text = JSON.stringify(copyJson(value, "value", 0, resolved));
  checkTextSize(text, "value", resolved);
  return Buffer.from(text);
}

/** Reads a value that `encodeJson`, or a stranger, wrote. Throws INVALID_MESSAGE or MESSAGE_TOO_LARGE. */
export function decodeJson(bytes: Uint8Array, limits?: Partial<Limits>): JsonValue {
  if (!types.isUint8Array(bytes)) throw invalidMessage("value", "is no Uint8Array");
  return parseJson(bytes, "value", resolveLimits(limits)) as JsonValue;
}
