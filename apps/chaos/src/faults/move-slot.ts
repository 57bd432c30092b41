import { ask, type RedisServer } from "@agentcomm/test-redis";
import { openClient } from "../oracle/open-client.js";
import { tell } from "./replication.js";

const KEYS_AT_ONCE = 20;

/** A slot of a Cluster, and the primary that serves it. */
export interface ServedSlot {
  readonly slot: number;
  readonly owner: RedisServer;
}

/** The slots in which a namespace has keys, in their order. */
export async function slotsInUse(primaries: readonly RedisServer[], namespace: string): Promise<ServedSlot[]> {
  const found = new Map<number, RedisServer>();
  for (const owner of primaries) {
    const client = openClient(owner);
    try {
      for await (const page of client.scanStream({ match: `${namespace}:*`, count: 1_000 })) {
        for (const key of page as string[]) found.set(await client.cluster("KEYSLOT", key), owner);
      }
    } finally {
      client.disconnect();
    }
  }
  return [...found].map(([slot, owner]) => ({ slot, owner })).sort((a, b) => a.slot - b.slot);
}

/** Moves a slot with all that is in it to another primary, as an operator does: step by step, while it is in use. */
export async function moveSlot(
  { slot, owner }: ServedSlot,
  to: RedisServer,
  primaries: readonly RedisServer[],
): Promise<void> {
  const [fromId, toId] = [await ask(owner, "CLUSTER MYID"), await ask(to, "CLUSTER MYID")];
  await tell(to, `CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`);
  await tell(owner, `CLUSTER SETSLOT ${slot} MIGRATING ${toId}`);
  const client = openClient(owner);
  try {
    for (;;) {
      const keys = (await client.cluster("GETKEYSINSLOT", slot, KEYS_AT_ONCE)) as string[];
      if (keys.length === 0) break;
      await client.call("MIGRATE", [to.host, to.port, "", 0, 5_000, "KEYS", ...keys]);
    }
  } finally {
    client.disconnect();
  }
  const others = primaries.filter((node) => node !== to && node !== owner);
  for (const node of [to, owner, ...others]) await tell(node, `CLUSTER SETSLOT ${slot} NODE ${toId}`);
}
