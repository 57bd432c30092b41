import { startRedis } from "@agentcomm/test-redis";
import type { Place } from "../measure/contender.js";
import { type NatsServer, startNats } from "./nats.js";

/** The servers of a run. Closes them when it is disposed of. */
export interface Servers extends AsyncDisposable {
  readonly place: Place;
}

/**
 * Starts a Redis that keeps a log, synced each second, as AgentComm's durability "disk" has it; NATS when it is first asked for. The log
 * is not rewritten meanwhile: whoever happened to be at work then would seem half as fast.
 */
export async function startServers(scale: number): Promise<Servers> {
  const redis = await startRedis({
    config: { appendonly: "yes", appendfsync: "everysec", "auto-aof-rewrite-percentage": "0" },
  });
  let nats: Promise<NatsServer> | undefined;
  let names = 0;
  return {
    place: {
      redisUrl: redis.url,
      async nats() {
        nats ??= startNats();
        return (await nats).url;
      },
      count: (full) => Math.max(Math.round(full * scale), 1),
      name: () => `bench-${process.pid}-${++names}`,
    },
    async [Symbol.asyncDispose]() {
      await redis.stop();
      const started = await nats?.catch(() => undefined);
      await started?.[Symbol.asyncDispose]();
    },
  };
}
