import type { AgentMessage, Transport } from "@agentcomm/protocol";

/** Receives and acks all that a mailbox holds, `limit` at a time. */
export async function drainMailbox(
  transport: Transport,
  agentId: string,
  each: (message: AgentMessage) => void,
  limit = 1_000,
): Promise<void> {
  for (;;) {
    const deliveries = await transport.receive(agentId, { limit });
    if (deliveries.length === 0) return;
    for (const { message } of deliveries) each(message);
    await Promise.all(deliveries.map((delivery) => delivery.ack()));
  }
}
