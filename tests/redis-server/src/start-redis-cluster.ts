import { ask, askUntil } from "./ask.js";
import { freePort } from "./free-port.js";
import { type RedisServer, startServer } from "./start-redis.js";

/** A Redis Cluster, all of it on loopback. */
export interface RedisCluster extends AsyncDisposable {
  /** The servers that are primaries at first; each serves an equal share of the 16,384 slots. Any of them will do to connect. */
  readonly nodes: readonly RedisServer[];
  /** The servers that are replicas at first: of the first primary, of the second, and so on, and again from the first. */
  readonly replicas: readonly RedisServer[];
  /** Ends all nodes and removes their folders. */
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** How large a cluster is. */
export interface ClusterSize {
  /** @default 3 */
  readonly primaries?: number;
  /** Of each primary. @default 0 */
  readonly replicas?: number;
}

/**
 * Starts a cluster and resolves once every primary serves, every node knows every other, and every replica follows its primary, so
 * that a failover would succeed.
 */
export async function startRedisCluster({ primaries = 3, replicas = 0 }: ClusterSize = {}): Promise<RedisCluster> {
  const all: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(all.map((node) => node.stop()));
  };
  try {
    for (let index = 0; index < primaries * (1 + replicas); index++) all.push(await startNode());
    const nodes = all.slice(0, primaries);
    const followers = all.slice(primaries);
    await join(nodes, all);
    if (followers.length > 0) await follow(followers, nodes, all);
    return { nodes, replicas: followers, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNode(): Promise<RedisServer> {
  return startServer(async ({ port }) => {
    const busPort = String(await freePort());
    return {
      url: `redis://127.0.0.1:${port}`,
      config: {
        "cluster-enabled": "yes",
        "cluster-port": busPort,
        "cluster-announce-ip": "127.0.0.1",
        "cluster-announce-bus-port": busPort,
        "cluster-node-timeout": "2000",
        // By default a primary waits 5 seconds for more replicas before it sends the first its data.
        "repl-diskless-sync-delay": "0",
      },
    };
  });
}

async function join(primaries: readonly RedisServer[], all: readonly RedisServer[]): Promise<void> {
  for (const [index, node] of primaries.entries()) {
    const first = Math.floor((index * SLOTS) / primaries.length);
    const last = Math.floor(((index + 1) * SLOTS) / primaries.length) - 1;
    await done(node, `CLUSTER ADDSLOTSRANGE ${first} ${last}`);
  }
  for (const [index, node] of all.entries()) {
    // Nodes that meet with equal epochs quarrel about them, which takes seconds to settle.
    await done(node, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  for (const node of all) {
    for (const other of all) {
      if (other !== node) await done(node, `CLUSTER MEET ${other.host} ${other.port} ${await busPortOf(other)}`);
    }
  }
  const complete = (reply: string) =>
    reply.includes("cluster_state:ok") &&
    reply.includes(`cluster_slots_ok:${SLOTS}`) &&
    reply.includes(`cluster_known_nodes:${all.length}\r\n`);
  await Promise.all(all.map((node) => askUntil(node, "CLUSTER INFO", complete)));
}

async function follow(
  replicas: readonly RedisServer[],
  primaries: readonly RedisServer[],
  all: readonly RedisServer[],
): Promise<void> {
  for (const [index, replica] of replicas.entries()) {
    const primary = primaries[index % primaries.length] as RedisServer;
    await done(replica, `CLUSTER REPLICATE ${await ask(primary, "CLUSTER MYID")}`);
  }
  const linked = (reply: string) => reply.includes("master_link_status:up");
  await Promise.all(replicas.map((replica) => askUntil(replica, "INFO replication", linked)));
  // Whom a replica follows the others learn from it, and only who knows votes for it.
  const known = (reply: string) => reply.split("slave ").length - 1 === replicas.length;
  await Promise.all(all.map((node) => askUntil(node, "CLUSTER NODES", known)));
}

async function busPortOf(node: RedisServer): Promise<string> {
  // A node's own line reads: <id> <host>:<port>@<bus port> myself,master …
  const own = /@(\d+)\S* myself/.exec(await ask(node, "CLUSTER NODES"));
  return own?.[1] ?? "";
}

async function done(node: RedisServer, command: string): Promise<void> {
  const reply = await ask(node, command);
  if (reply !== "+OK") throw new Error(`${node.host}:${node.port}: ${command}: ${reply}`);
}
