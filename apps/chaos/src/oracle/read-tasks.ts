import type { Redis } from "ioredis";
import { openClient } from "./open-client.js";
import type { StoreAddress } from "./raw-store.js";
import { parseTask, type RawTask } from "./task-record.js";

/** All tasks in the store, by their ids. */
export interface StoredTasks {
  readonly open: ReadonlyMap<string, RawTask>;
  readonly finished: ReadonlyMap<string, RawTask>;
}

/** Reads the tasks of a namespace with plain commands of Redis. */
export async function readTasks(address: StoreAddress, namespace: string): Promise<StoredTasks> {
  const client = openClient(address);
  try {
    return {
      open: await readCollection(client, namespace, "tasks.open"),
      finished: await readCollection(client, namespace, "tasks.finished"),
    };
  } finally {
    client.disconnect();
  }
}

async function readCollection(client: Redis, namespace: string, collection: string): Promise<Map<string, RawTask>> {
  const found = new Map<string, RawTask>();
  const key = await findCollection(client, namespace, collection);
  if (key === undefined) return found;
  for (const [taskId, packed] of Object.entries(await client.hgetall(`${key}data`)))
    found.set(taskId, parseTask(packed));
  return found;
}

/** What the keys of a collection begin with; undefined while nothing was ever written to it. */
export async function findCollection(
  client: Redis,
  namespace: string,
  collection: string,
): Promise<string | undefined> {
  const suffix = `:rec:${collection}:version`;
  for await (const page of client.scanStream({ match: `${namespace}:{*}${suffix}`, count: 1_000 })) {
    for (const key of page as string[]) return key.slice(0, -"version".length);
  }
  return undefined;
}
