/** Bytes as a case holds them: text in UTF-8, what is repeated written once, and what is no text in Base64. */
export type TextPart = string | { readonly repeat: string; readonly times: number } | { readonly base64: string };

/** One part, or several in a row. */
export type Text = TextPart | readonly TextPart[];

/** The bytes that are meant. */
export function bytesOf(text: Text): Buffer {
  if (typeof text === "string") return Buffer.from(text);
  if (isParts(text)) return Buffer.concat(text.map((part) => bytesOf(part)));
  if ("base64" in text) return Buffer.from(text.base64, "base64");
  return Buffer.alloc(Buffer.byteLength(text.repeat) * text.times, text.repeat);
}

/** The text that is meant: of strings every character, half a surrogate pair too, which no bytes in UTF-8 can say. */
export function stringOf(text: Text): string {
  if (typeof text === "string") return text;
  if (isParts(text)) return text.map((part) => stringOf(part)).join("");
  return "base64" in text ? bytesOf(text).toString() : text.repeat.repeat(text.times);
}

/** How many bytes are meant. */
export function sizeOf(text: Text): number {
  if (typeof text === "string") return Buffer.byteLength(text);
  if (isParts(text)) return text.reduce((sum, part) => sum + sizeOf(part), 0);
  if ("base64" in text) return Buffer.byteLength(text.base64, "base64");
  return Buffer.byteLength(text.repeat) * text.times;
}

/** What bytes are kept as: as text where they are text. */
export function textOfBytes(bytes: Uint8Array): TextPart {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString();
  return buffer.equals(Buffer.from(text)) ? text : { base64: buffer.toString("base64") };
}

function isParts(text: Text): text is readonly TextPart[] {
  return Array.isArray(text);
}
