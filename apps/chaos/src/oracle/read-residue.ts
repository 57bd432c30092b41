import { openClient } from "./open-client.js";
import type { StoreAddress } from "./raw-store.js";

/** What is left in a store from which everybody has gone. */
export interface Residue {
  /** Keys that stay for ever and have no business there. */
  readonly keys: readonly string[];
  /** Consumer groups, and consumers in them. */
  readonly groups: number;
  readonly consumers: number;
  /** Keys that stay: the bells, one a shard, and what goes by itself. */
  readonly bells: number;
  readonly expiring: number;
}

/** One a shard, with the number of its last ring. */
const BELL = /\}:bell$/;
/** What docs/PROTOCOL.md says expires: producers, and version and log of a collection that is empty. */
const EXPIRING = /\}:(producer:|rec:[^:]+:(version|log)$)/;

/** Reads what lies in a namespace when it should be as good as empty. */
export async function readResidue(node: StoreAddress, namespace: string): Promise<Residue> {
  const client = openClient(node);
  const left: string[] = [];
  const counts = { groups: 0, consumers: 0, bells: 0, expiring: 0 };
  try {
    for await (const page of client.scanStream({ match: `${namespace}:*`, count: 1_000 })) {
      for (const key of new Set(page as string[])) {
        if ((await client.type(key)) === "stream") {
          for (const group of (await client.xinfo("GROUPS", key)) as unknown[][]) {
            counts.groups += 1;
            counts.consumers += Number(group[group.indexOf("consumers") + 1]);
          }
        }
        if (BELL.test(key)) counts.bells += 1;
        else if (EXPIRING.test(key) && (await client.pttl(key)) > 0) counts.expiring += 1;
        else left.push(key);
      }
    }
  } finally {
    client.disconnect();
  }
  return { keys: left, ...counts };
}

/** How many mailboxes there are of agents whose ids are in `ids`. */
export async function countMailboxes(
  node: StoreAddress,
  namespace: string,
  ids: (agentId: string) => boolean,
): Promise<number> {
  const client = openClient(node);
  const found = new Set<string>();
  try {
    for await (const page of client.scanStream({ match: `${namespace}:*:box:*`, count: 1_000 })) {
      for (const key of page as string[]) found.add(key.slice(key.indexOf(":box:") + 5));
    }
  } finally {
    client.disconnect();
  }
  return [...found].filter(ids).length;
}
