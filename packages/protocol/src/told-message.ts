import { decodeMessage } from "./codec.js";
import { contentShape } from "./content-shape.js";
import type { CheckedMessage } from "./create-message.js";
import type { Limits } from "./limits.js";
import type { AgentMessage } from "./message.js";

/**
 * A message that was sent, for the listeners of diagnostics: nobody shares an object with the sender. Content of a built-in type is
 * in the wire's spelling by then; it is read back from the text, and only when somebody asks for it, since that costs as much as the
 * rest of the send.
 */
export function toldMessage(message: CheckedMessage, text: string, limits: Limits): AgentMessage {
  if (contentShape(message.type) === undefined) return message;
  let content: AgentMessage["content"] | undefined;
  return {
    ...message,
    get content() {
      content ??= decodeMessage(text, limits).content;
      return content;
    },
  };
}
