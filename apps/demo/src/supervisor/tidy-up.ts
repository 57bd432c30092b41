import type { Transport } from "@agentcomm/protocol";
import { mapWindow } from "./map-window.js";

const PAGE = 1_000;
const WINDOW = 100;

/** Removes what a crew leaves behind in the store: its mailboxes and its records. Nobody may be at work there any more. */
export async function tidyUp(transport: Transport): Promise<void> {
  const { mailboxes } = await transport.stats();
  await mapWindow(mailboxes, WINDOW, ({ agentId }) => transport.deleteMailbox(agentId, { discard: true }));
  for (const collection of ["agents", "coordinators", "tasks.open", "tasks.finished"]) {
    for (;;) {
      const records = await transport.records.list(collection, { limit: PAGE });
      await mapWindow(records, WINDOW, ({ key }) => transport.records.delete(collection, key));
      if (records.length < PAGE) break;
    }
  }
}
