import type { MessageInput } from "@agentcomm/protocol";
import { invalidMessage, quote } from "@agentcomm/protocol/internal";
import type { OutgoingMessage } from "./agent.js";

/** A copy of what the agent sends, with sender and receiver. Throws INVALID_MESSAGE if it cannot be read. */
export function addressMessage(message: OutgoingMessage, from: string, to: string): MessageInput {
  if (typeof message !== "object" || message === null) {
    throw invalidMessage("message", `is ${quote(message)}: give an object with type and content`);
  }
  try {
    return { ...message, from, to };
  } catch (error) {
    throw invalidMessage("message", "cannot be read: a getter or proxy made reading fail", error);
  }
}
