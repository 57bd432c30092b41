import { createTransport, type Transport, type TransportOptions } from "@agentcomm/protocol";
import { readOptions } from "@agentcomm/protocol/internal";
import { createRedisDriver, type RedisDriverOptions } from "./redis-driver.js";

/** How a Redis transport is made. */
export interface RedisTransportOptions extends RedisDriverOptions, TransportOptions {
  /** @default systemClock */
  readonly clock?: NonNullable<TransportOptions["clock"]>;
  /**
   * From 0 up to 1, for jitter.
   * @default Math.random
   */
  readonly random?: () => number;
}

/**
 * Creates a transport on Redis 7 or newer: mailboxes and records that outlive processes and are shared by all that use the same
 * server and namespace. It holds two connections (per node of a Cluster; three with `replicas`), opened by the first use, and keeps
 * trying while the server is away. Throws INVALID_OPTIONS; opening rejects with CONNECTION_LOST, and with UNSAFE_CONFIGURATION if
 * the server may evict keys, or replicas are to confirm and the user may not WAIT for them. Close it when done.
 */
export function createRedisTransport(options: RedisTransportOptions = {}): Transport {
  const read = readOptions(options);
  return createTransport(createRedisDriver(read), read);
}
