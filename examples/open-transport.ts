// The one place in the examples that names a concrete transport: AGENT_COMMUNICATION_MODE chooses it, memory by default.
import { settingsFromEnv, type Transport, type TransportOptions, transportFromSettings } from "@agentcomm/protocol";
import { createMemoryTransport } from "@agentcomm/transport-memory";
import { createRedisTransport, type RedisTransportOptions } from "@agentcomm/transport-redis";

export const settings = settingsFromEnv(process.env);

export function openTransport(options: TransportOptions = {}): Transport {
  return transportFromSettings(settings, {
    memory: () => createMemoryTransport(options),
    redis: ({ redisUrl }) => createRedisTransport({ ...options, ...redisPlace(redisUrl) }),
  });
}

/** A namespace of the examples' own, so that they never touch what else is on that Redis. */
export function redisPlace(url: string | undefined): RedisTransportOptions {
  return { namespace: `examples-${process.pid}`, ...(url === undefined ? {} : { url }) };
}
