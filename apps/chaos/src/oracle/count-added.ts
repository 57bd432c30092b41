import { openClient } from "./open-client.js";
import type { StoreAddress } from "./raw-store.js";

/** How many messages have ever been put into the mailboxes of a namespace, as the streams themselves count them. */
export async function countAdded(node: StoreAddress, namespace: string): Promise<number> {
  const client = openClient(node);
  try {
    let count = 0;
    for await (const page of client.scanStream({ match: `${namespace}:*}:q:*`, count: 1_000 })) {
      for (const key of new Set(page as string[])) {
        const facts = (await client.xinfo("STREAM", key)) as unknown[];
        count += Number(facts[facts.indexOf("entries-added") + 1]);
      }
    }
    return count;
  } finally {
    client.disconnect();
  }
}
