/** Tests for the fields around a message's content that are neither a name nor a time. */
import { isObject } from "./content-fields.js";

/** W3C trace context, version 00 and what later versions may append. */
export const TRACEPARENT_PATTERN = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]{0,256})?$/;

/** Whether the value is a W3C traceparent. */
export function isTraceparent(value: unknown): value is string {
  return typeof value === "string" && TRACEPARENT_PATTERN.test(value);
}

/** Whether the value is an object whose values are strings. */
export function isHeaders(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((item) => typeof item === "string");
}
