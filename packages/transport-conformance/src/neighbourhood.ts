import type { Transport } from "@agentcomm/protocol";
import type { TransportHarness } from "./harness.js";

const AGENTS = ["alice", "bob", "carol", "dave"];
const KEYS = ["a", "one", "two"];

/** A namespace full of data under the very names that cases use. */
export interface Neighbourhood {
  /** All that it holds, to be compared. */
  takeStock(): Promise<unknown>;
  close(): Promise<void>;
}

export async function openNeighbourhood(harness: TransportHarness, namespace: string): Promise<Neighbourhood> {
  const transport = harness.createTransport(namespace, {});
  await settleIn(transport);
  return {
    async takeStock() {
      const { mailboxes } = await transport.stats();
      const records = await transport.records.list("jobs");
      return { mailboxes, records, residue: [...(await harness.residue(namespace))].sort() };
    },
    close: () => transport.close(),
  };
}

async function settleIn(transport: Transport): Promise<void> {
  for (const agentId of AGENTS) {
    await transport.openMailbox(agentId, { topics: ["news", "sport"] });
    await transport.receive(agentId);
    const sent = { from: "erin", to: agentId, type: "note", content: { n: "beside" } };
    await transport.send({ ...sent, priority: "critical" }, { idempotencyKey: "key" });
    await transport.send(sent);
    const [delivery] = await transport.receive(agentId, { limit: 1 });
    await delivery?.reject("beside");
  }
  for (const key of KEYS) await transport.records.put("jobs", key, "beside");
}
