import { ask, askUntil } from "./ask.js";
import { freePort } from "./free-port.js";
import { type RedisServer, startServer } from "./start-redis.js";

/** A Redis Cluster without replicas, all of it on loopback. */
export interface RedisCluster extends AsyncDisposable {
  /** The primaries; each serves an equal share of the 16,384 slots. Any of them will do to connect. */
  readonly nodes: readonly RedisServer[];
  /** Ends all nodes and removes their folders. */
  stop(): Promise<void>;
}

const SLOTS = 16_384;

/** Starts a cluster and resolves once every node serves and knows every other. */
export async function startRedisCluster(options: { readonly primaries?: number } = {}): Promise<RedisCluster> {
  const { primaries = 3 } = options;
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let index = 0; index < primaries; index++) nodes.push(await startNode());
    await join(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop, [Symbol.asyncDispose]: stop };
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
      },
    };
  });
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  for (const [index, node] of nodes.entries()) {
    const first = Math.floor((index * SLOTS) / nodes.length);
    const last = Math.floor(((index + 1) * SLOTS) / nodes.length) - 1;
    await done(node, `CLUSTER ADDSLOTSRANGE ${first} ${last}`);
    // Nodes that meet with equal epochs quarrel about them, which takes seconds to settle.
    await done(node, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  for (const node of nodes) {
    for (const other of nodes) {
      if (other !== node) await done(node, `CLUSTER MEET ${other.host} ${other.port} ${await busPortOf(other)}`);
    }
  }
  const complete = (reply: string) =>
    reply.includes("cluster_state:ok") &&
    reply.includes(`cluster_slots_ok:${SLOTS}`) &&
    reply.includes(`cluster_known_nodes:${nodes.length}\r\n`);
  await Promise.all(nodes.map((node) => askUntil(node, "CLUSTER INFO", complete)));
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
