import type { Transport } from "@agentcomm/protocol";
import type { Arrivals, Note } from "../measure/note.js";

/** Handles a mailbox's messages as they come, `concurrency` at once. The returned function resolves once all have arrived and are acked. */
export function handleAll(transport: Transport, arrivals: Arrivals, concurrency: number): () => Promise<void> {
  const receiving = transport.subscribe(
    "worker",
    async ({ message }) => arrivals.add(message.content as unknown as Note),
    { concurrency },
  );
  return async () => {
    await arrivals.all;
    await receiving.stop();
  };
}
