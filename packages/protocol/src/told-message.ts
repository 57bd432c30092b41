import { decodeMessage } from "./codec.js";
import type { CheckedMessage } from "./create-message.js";
import type { Limits } from "./limits.js";
import type { AgentMessage } from "./message.js";

/**
 * A message that was sent, for the listeners of diagnostics. Its content is read back from the wire text, so that nobody
 * shares an object with the sender; and only when somebody asks for it, since that costs as much as the rest of the send.
 */
export function toldMessage(message: Omit<CheckedMessage, "content">, text: string, limits: Limits): AgentMessage {
  let content: AgentMessage["content"] | undefined;
  return {
    ...message,
    get content() {
      content ??= decodeMessage(text, limits).content;
      return content;
    },
  };
}
