/// <reference lib="es2024.string" />
import { types } from "node:util";
import { isForbiddenKey } from "./forbidden-keys.js";
import { invalidMessage } from "./invalid-message.js";
import { checkTextSize, type Limits, tooDeep, tooManyBytes } from "./limits.js";
import { parseStrictly } from "./parse-strictly.js";

// It would strip a byte order mark unless told to ignore that there is such a thing.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses JSON that a stranger wrote. Size and depth are checked before anything is parsed; bytes must be UTF-8 without a
 * byte order mark; no object of the result has a key named `__proto__`, `constructor` or `prototype`. Throws
 * INVALID_MESSAGE or MESSAGE_TOO_LARGE, nothing else.
 */
export function parseJson(data: string | Uint8Array, what: string, limits: Limits): unknown {
  const text = textOf(data, what, limits);
  checkDepth(text, what, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const problem = text.startsWith("\ufeff") ? "starts with a byte order mark: leave it out" : "is not JSON";
    throw invalidMessage(what, problem, error);
  }
  const hasEscapes = text.includes("\\");
  if (hasEscapes && hasKeyWithBackslash(value)) value = parseStrictly(text);
  // A forbidden key is spelled out in the text or written with escapes: most texts need no walk.
  if (hasEscapes || text.includes("proto") || text.includes("constructor")) checkKeys(value, what);
  return value;
}

function textOf(data: string | Uint8Array, what: string, limits: Limits): string {
  if (typeof data === "string") {
    checkTextSize(data, what, limits);
    if (!data.isWellFormed()) throw invalidMessage(what, "is not well-formed Unicode: it has half of a surrogate pair");
    return data;
  }
  // Not by instanceof: of another realm it is one as well, and a proxy may throw.
  if (!types.isUint8Array(data)) throw invalidMessage(what, "is neither a string nor a Uint8Array");
  if (data.byteLength > limits.maxMessageBytes) throw tooManyBytes(what, limits, data.byteLength);
  try {
    return UTF8.decode(data);
  } catch (error) {
    throw invalidMessage(what, "is not UTF-8", error);
  }
}

function checkDepth(text: string, what: string, limits: Limits): void {
  if (hasAtMost(text, limits.maxDepth)) return;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > limits.maxDepth) throw tooDeep(what, limits);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
}

/** Whether the text has at most `most` opening brackets: then it cannot be nested deeper. */
function hasAtMost(text: string, most: number): boolean {
  let count = 0;
  for (let at = text.indexOf("{"); at !== -1; at = text.indexOf("{", at + 1)) if (++count > most) return false;
  for (let at = text.indexOf("["); at !== -1; at = text.indexOf("[", at + 1)) if (++count > most) return false;
  return true;
}

/** Whether a key may have been misread by JSON.parse: what it is taken for ends in a backslash, or goes on after one. */
function hasKeyWithBackslash(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(hasKeyWithBackslash);
  for (const key of Object.keys(value)) {
    if (key.includes("\\") || hasKeyWithBackslash((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}

function checkKeys(value: unknown, what: string): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) checkKeys(item, what);
    return;
  }
  for (const key of Object.keys(value)) {
    if (isForbiddenKey(key)) throw invalidMessage(what, `has the key ${JSON.stringify(key)}, which is not allowed`);
    checkKeys((value as Record<string, unknown>)[key], what);
  }
}
