import { askUntil } from "./ask.js";
import { type RedisServer, startRedis, startServer } from "./start-redis.js";

/** A primary with one replica, watched by three sentinels which make the replica primary when the primary is gone. */
export interface RedisSentinel extends AsyncDisposable {
  /** The name under which the sentinels know the primary. */
  readonly name: string;
  /** The server that is primary at first. Kill or pause it to bring about a failover. */
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  /** Ends all servers and removes their folders. */
  stop(): Promise<void>;
}

const NAME = "primary";

/** Starts all five and resolves once the sentinels know the replica and each other, so that a failover would succeed. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const servers: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  const started = async (server: Promise<RedisServer>) => {
    servers.push(await server);
    return server;
  };
  try {
    // By default a primary waits 5 seconds for more replicas before it sends the first its data.
    const config = { "repl-diskless-sync-delay": "0" };
    const primary = await started(startRedis({ config }));
    const replicaof = `${primary.host} ${primary.port}`;
    const replica = await started(startRedis({ config: { ...config, replicaof } }));
    await askUntil(replica, "INFO replication", (reply) => reply.includes("master_link_status:up"));
    // A sentinel learns of replicas from the primary, at its start and then only every ten seconds.
    await askUntil(primary, "INFO replication", (reply) => reply.includes("state=online"));
    const sentinels: RedisServer[] = [];
    for (let index = 0; index < 3; index++) sentinels.push(await started(startSentinel(primary)));
    const complete = (reply: string) => reply.includes("slaves=1,sentinels=3");
    await Promise.all(sentinels.map((sentinel) => askUntil(sentinel, "INFO sentinel", complete)));
    return { name: NAME, primary, replica, sentinels, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSentinel(primary: RedisServer): Promise<RedisServer> {
  return startServer(async ({ port }) => ({
    url: `redis://127.0.0.1:${port}`,
    args: ["--sentinel"],
    config: {
      sentinel: [
        `monitor ${NAME} ${primary.host} ${primary.port} 2`,
        `down-after-milliseconds ${NAME} 1000`,
        `failover-timeout ${NAME} 5000`,
      ],
    },
  }));
}
