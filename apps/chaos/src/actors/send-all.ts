import { setTimeout as sleep } from "node:timers/promises";
import { AgentCommError, type MessageInput } from "@agentcomm/protocol";
import { openJournal } from "../oracle/journal.js";
import { formatMessageId } from "../oracle/message-id.js";
import { createRandom } from "../scene/random.js";
import { noteRefusal } from "./note-refusal.js";
import { openTransport } from "./open-transport.js";
import type { Priority, SenderOrder, Work } from "./orders.js";

/** What a sender's messages hold. */
export interface ChaosContent {
  readonly work?: Work;
  readonly padding?: string;
}

/**
 * Sends what the order says and writes down what became of each message. `ready` is called once it is connected. Resolves when all is
 * sent; or `signal` fired and what was under way is over.
 */
export async function sendAll(order: SenderOrder, signal: AbortSignal, ready: () => void): Promise<void> {
  const { sender, count, window, perSecond, onFailure } = order;
  const journal = openJournal(order.dir, `sender-${sender}`);
  const transport = openTransport(order.transport, journal);
  let start = 0;
  let next = 1;

  const sendOne = async (number: number): Promise<void> => {
    const message = messageOf(order, number);
    journal.write("attempted", message.id as string);
    for (;;) {
      try {
        await transport.send(message, onFailure === "repeat" ? { idempotencyKey: message.id as string } : {});
        journal.write("stored", message.id as string);
        return;
      } catch (error) {
        if (!AgentCommError.is(error) || error.outcome === undefined) throw error;
        journal.write(error.outcome === "none" ? "nothing" : "unknown", message.id as string, error.code);
        noteRefusal(journal, message.id as string, error);
        if (onFailure === "leave") return;
        if (!error.retryable) throw error;
        // A refusal that comes at once must not be answered at once for ever.
        await sleep(20);
      }
    }
  };
  const lane = async (): Promise<void> => {
    while (next <= count && !signal.aborted) {
      const number = next;
      next += 1;
      const aheadMs = perSecond === undefined ? 0 : (number / perSecond) * 1_000 - (performance.now() - start);
      // Stopping ends the waiting, too: that is no failure.
      if (aheadMs > 1) await sleep(aheadMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await sendOne(number);
    }
  };
  try {
    await transport.open();
    ready();
    start = performance.now();
    await Promise.all(Array.from({ length: window }, lane));
  } finally {
    await transport.close();
    journal.close();
  }
}

function messageOf(order: SenderOrder, number: number): MessageInput {
  const { sender, to, priority = "medium", payloadBytes = 0 } = order;
  const work = workOf(order, number);
  const content: Record<string, unknown> = {};
  if (work !== undefined) content.work = work;
  if (payloadBytes > 0) content.padding = "x".repeat(payloadBytes);
  return {
    id: formatMessageId(sender, number),
    from: `sender-${sender}`,
    to: to[number % to.length] as string,
    type: "chaos",
    content: content as MessageInput["content"],
    priority: typeof priority === "string" ? priority : (priority[number % priority.length] as Priority),
  };
}

/** The same for the same seed, sender and number. */
function workOf({ work = [], seed, sender }: SenderOrder, number: number): Work | undefined {
  let left = createRandom(seed ^ Math.imul(sender, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b))();
  for (const { share, work: each } of work) {
    if (left < share) return each;
    left -= share;
  }
  return undefined;
}
