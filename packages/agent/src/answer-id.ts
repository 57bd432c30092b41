import { createHash } from "node:crypto";

const LONGEST_ID = 128;

/**
 * The id of the answer to a message: `response-` and the message's id. Because it is always the same, a crash between
 * answering and acking cannot answer twice. Where that would be longer than an id may be, the id's SHA-256 stands for it.
 */
export function answerId(messageId: string): string {
  const id = `response-${messageId}`;
  return id.length <= LONGEST_ID ? id : `response-${createHash("sha256").update(messageId).digest("hex")}`;
}
