import { AgentCommError, type Delivery } from "@agentcomm/protocol";

/** Offers a message again at once, because its handler was told to end before it was done. */
export async function handBack(delivery: Delivery, reason = "its handler was told to end"): Promise<void> {
  try {
    await delivery.retry({ reason });
  } catch (error) {
    // Then it has been offered again already: by the end of the lease, or by the subscription that was stopped.
    if (!AgentCommError.is(error, "LEASE_LOST")) throw error;
  }
}
