import { createMemoryTransport } from "@agentcomm/transport-memory";
import { Queue } from "bullmq";
import { messageOf, wireOf } from "../contenders/message-of.js";
import { OURS, openAgentComm } from "../contenders/open-agentcomm.js";
import { openRedis } from "../contenders/open-redis.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { makeNote } from "../measure/note.js";
import type { Work } from "../measure/work.js";

const COUNT = 20_000;

/** What a stored message takes, beside its own 363 bytes. */
export const storedBytes: Work = {
  id: "stored-bytes",
  title: "memory that a waiting message of 363 bytes takes",
  quantities: ["bytes"],
  contenders: [ours(), inMemory(), bare(), bull()],
};

/** How much more the server uses after `store` than before it, by message. */
function onRedis(
  about: Omit<Contender, "open" | "keeps">,
  store: (url: string, name: string, count: number) => Promise<() => Promise<unknown>>,
): Contender {
  return {
    ...about,
    keeps: "log",
    async open(place) {
      const watcher = await openRedis(place.redisUrl);
      const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await watcher.info("memory"))?.[1]);
      const count = place.count(COUNT);
      return {
        async round() {
          const before = await used();
          const remove = await store(place.redisUrl, place.name(), count);
          const bytes = ((await used()) - before) / count;
          await remove();
          return { bytes };
        },
        [Symbol.asyncDispose]: async () => watcher.disconnect(),
      };
    },
  };
}

function ours(): Contender {
  const about = { name: OURS.redis.name, note: "of the server" };
  return onRedis(about, async (redisUrl, name, count) => {
    const place = { redisUrl, name: () => name, count: (full: number) => full, nats: async () => "" };
    const transport = await openAgentComm("redis", place);
    await inFlight(count, 500, (index) => transport.send(messageOf(makeNote(index))));
    return async () => {
      await transport.deleteMailbox("worker", { discard: true });
      await transport.close();
    };
  });
}

function bare(): Contender {
  return onRedis({ name: "bare XADD", note: "of the server" }, async (url, name, count) => {
    const client = await openRedis(url, { enableAutoPipelining: true });
    await inFlight(count, 500, (index) => client.xadd(name, "*", "message", JSON.stringify(wireOf(makeNote(index)))));
    return async () => {
      await client.del(name);
      client.disconnect();
    };
  });
}

function bull(): Contender {
  return onRedis({ name: "BullMQ", note: "of the server" }, async (url, name, count) => {
    const queue = new Queue(name, { connection: { url } });
    const jobs = Array.from({ length: count }, (_, index) => ({ name: "note", data: makeNote(index) }));
    for (let at = 0; at < count; at += 500) await queue.addBulk(jobs.slice(at, at + 500));
    return async () => {
      await queue.obliterate({ force: true });
      await queue.close();
    };
  });
}

function inMemory(): Contender {
  return {
    ...OURS.memory,
    note: "of this process, heap and buffers",
    async open(place) {
      const count = place.count(COUNT);
      return {
        async round() {
          const before = usedBytes();
          const transport = createMemoryTransport();
          await inFlight(count, 500, (index) => transport.send(messageOf(makeNote(index))));
          const bytes = (usedBytes() - before) / count;
          await transport.close();
          return { bytes };
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
