import type { Redis } from "ioredis";
import { openClient } from "./open-client.js";
import type { StoreAddress } from "./raw-store.js";

/** How many messages wait in the mailboxes of a namespace: queued, leased or delayed. */
export async function countWaiting(nodes: readonly StoreAddress[], namespace: string): Promise<number> {
  let count = 0;
  for (const node of nodes) {
    const client: Redis = openClient(node);
    try {
      for await (const page of client.scanStream({ match: `${namespace}:*`, count: 1_000 })) {
        for (const key of page as string[]) {
          if (key.includes("}:q:")) count += await client.xlen(key);
          if (key.includes("}:later:")) count += await client.hlen(key);
        }
      }
    } finally {
      client.disconnect();
    }
  }
  return count;
}
