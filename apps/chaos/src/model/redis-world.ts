import type { AgentCommError, Transport } from "@agentcomm/protocol";
import { createRedisTransport, shardOf } from "@agentcomm/transport-redis";
import type { Redis } from "ioredis";
import { DURATIONS, type Who } from "./command.js";
import { calendarOf, type ModelClock } from "./model-clock.js";
import { moveTimeOn } from "./move-time-on.js";
import { MAX_DELIVERIES, type World } from "./world.js";

/** A Redis world, which serves one sequence after the other. */
export interface RedisWorld extends World {
  /** Begins a sequence, on its own clock and without the troubles of the one before. */
  begin(clock: ModelClock): void;
}

/** A namespace on a Redis server. `client` is the caller's, for what a stranger does and for the passing of time. */
export function createRedisWorld(url: string, namespace: string, client: Redis, first: ModelClock): RedisWorld {
  let clock = first;
  const troubles: AgentCommError[] = [];
  const calendar = { ...calendarOf(first), now: () => clock.now() };
  const open = (): Transport =>
    createRedisTransport({
      url,
      namespace,
      clock: calendar,
      maxDeliveries: MAX_DELIVERIES,
      onError: (error) => void troubles.push(error),
    });
  const transports: Record<Who, Transport> = { A: open(), B: open() };
  return {
    name: "redis",
    troubles,
    begin(next) {
      clock = next;
      troubles.length = 0;
    },
    transport: (who) => transports[who],
    async restart(who) {
      await transports[who].close();
      transports[who] = open();
    },
    async putRaw(agentId, fields) {
      const queue = `${namespace}:{${shardOf(agentId)}}:q:${agentId}:m`;
      const args = Object.entries(fields).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
      await client.call("XADD", [queue, "*", ...args]);
    },
    async pass(ms, agentIds, collections) {
      await moveTimeOn(client, namespace, ms, agentIds, collections);
    },
    async shortIsOver() {
      const from = await serverMs(client);
      while ((await serverMs(client)) - from < 2 * DURATIONS.short);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([transports.A.close(), transports.B.close()]);
    },
  };
}

async function serverMs(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}
