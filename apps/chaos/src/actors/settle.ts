import { setTimeout } from "node:timers/promises";
import { AgentCommError, type Delivery } from "@agentcomm/protocol";
import type { Journal } from "../oracle/journal.js";
import { noteRefusal } from "./note-refusal.js";

const CALLS: Readonly<Record<"ack" | "retry" | "reject" | "extend", (delivery: Delivery) => Promise<void>>> = {
  ack: (delivery) => delivery.ack(),
  retry: (delivery) => delivery.retry({ reason: "this handler retries" }),
  reject: (delivery) => delivery.reject("this handler rejects"),
  extend: (delivery) => delivery.extend(),
};

/**
 * Settles or prolongs a delivery and writes down what came of it. Asks until it is told yes or no: an answer that got lost is
 * asked for again. Resolves to whether it was done; false: the lease was lost.
 */
export async function settle(kind: keyof typeof CALLS, delivery: Delivery, journal: Journal): Promise<boolean> {
  const { message, attempt } = delivery;
  const note = kind === "ack" ? attempt : `${attempt} ${kind}`;
  if (kind !== "ack") journal.write("ending", message.id, note);
  for (;;) {
    try {
      await CALLS[kind](delivery);
      journal.write(kind === "ack" ? "acked" : "settled", message.id, note);
      return true;
    } catch (error) {
      if (AgentCommError.is(error, "LEASE_LOST")) {
        journal.write("leaseLost", message.id, attempt);
        return false;
      }
      if (!AgentCommError.is(error) || !error.retryable) throw error;
      noteRefusal(journal, message.id, error);
      await setTimeout(20);
    }
  }
}
