import { Redis } from "ioredis";
import { ModelClock } from "./model-clock.js";
import { createRedisWorld, type RedisWorld } from "./redis-world.js";

/** The Redis worlds of one run, on one server. */
export interface RedisWorlds extends AsyncDisposable {
  /** A new one, in a namespace of its own. */
  open(): RedisWorld;
}

/** Opens worlds on a server. Disposed of, all of them are closed and nothing of them is left there. */
export function openRedisWorlds(redisUrl: string, run: string): RedisWorlds {
  const client = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  // What fails shows in the commands' rejections.
  client.on("error", () => undefined);
  const worlds: RedisWorld[] = [];
  const prefix = `model-${process.pid.toString(36)}-${run}-`;
  return {
    open() {
      const world = createRedisWorld(redisUrl, `${prefix}${worlds.length}`, client, new ModelClock());
      worlds.push(world);
      return world;
    },
    async [Symbol.asyncDispose]() {
      try {
        await Promise.all(worlds.map((world) => world[Symbol.asyncDispose]()));
        // A server that cannot be reached holds nothing of ours that could be removed now.
        if (client.status === "ready") await removeAll(client, prefix);
      } finally {
        client.disconnect();
      }
    },
  };
}

async function removeAll(client: Redis, prefix: string): Promise<void> {
  for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await client.unlink(keys as string[]);
  }
}
