export { type Address, ask, askUntil } from "./ask.js";
export { findServerProgram } from "./find-server-program.js";
export { openSharedRedis, type SharedRedis } from "./shared-redis.js";
export { mountSmallDisk, type SmallDisk } from "./small-disk.js";
export { type RedisOptions, type RedisServer, startRedis } from "./start-redis.js";
export { type ClusterSize, type RedisCluster, startRedisCluster } from "./start-redis-cluster.js";
export { type RedisSentinel, startRedisSentinel } from "./start-redis-sentinel.js";
export { type AclUser, startRedisWithTls, type TlsRedisServer } from "./start-redis-with-tls.js";
export { startProxy, type TcpProxy } from "./tcp-proxy.js";
