import { randomUUID } from "node:crypto";
import type { Transport, TransportOptions } from "@agentcomm/protocol";
import { openSharedRedis, type SharedRedis } from "@agentcomm/test-redis";
import * as redis from "@agentcomm/transport-redis";
import { Redis } from "ioredis";
import { openTransports } from "./open-transports.js";
import type { Store } from "./store.js";

const { createRedisTransport } = redis as unknown as {
  createRedisTransport(options: TransportOptions & { url: string; namespace: string }): Transport;
};

// One server per test process: it starts with the first store that asks for it and ends with the process.
let server: Promise<SharedRedis> | undefined;

/** A store on Redis: a namespace of its own. */
export async function openRedisStore(): Promise<Store> {
  server ??= openSharedRedis();
  const { url, foreign } = await server;
  const namespace = `test-${randomUUID()}`;
  return redisStore(url, namespace, () => (foreign ? removeKeys(url, namespace) : Promise.resolve()));
}

/** The store of another process, named in the environment. */
export async function joinRedisStore(env: NodeJS.ProcessEnv): Promise<Store> {
  const { REDIS_URL: url, AGENTCOMM_TEST_NAMESPACE: namespace } = env;
  if (!url || !namespace)
    throw new Error("REDIS_URL and AGENTCOMM_TEST_NAMESPACE are not set: start the process with a store's env.");
  return redisStore(url, namespace, async () => {});
}

function redisStore(url: string, namespace: string, removeAll: () => Promise<void>): Store {
  const transports = openTransports((options) => createRedisTransport({ ...options, url, namespace }));
  const close = async () => {
    await transports.close();
    await removeAll();
  };
  return {
    kind: "redis",
    env: { REDIS_URL: url, AGENTCOMM_TEST_NAMESPACE: namespace },
    transport: transports.open,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A server that belongs to somebody else gets back what it was: every key of the namespace goes. */
async function removeKeys(url: string, namespace: string): Promise<void> {
  const client = new Redis(url);
  try {
    for await (const keys of client.scanStream({ match: `*${namespace}*`, count: 1_000 })) {
      if (keys.length > 0) await client.unlink(keys);
    }
  } finally {
    client.disconnect();
  }
}
