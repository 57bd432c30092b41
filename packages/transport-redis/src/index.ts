export type { NatMap, RedisAddress, RedisEndpointOptions } from "./endpoint.js";
export { createRedisDriver, type RedisDriverOptions } from "./redis-driver.js";
export { createRedisTransport, type RedisTransportOptions } from "./redis-transport.js";
export { shardOf } from "./shards.js";
