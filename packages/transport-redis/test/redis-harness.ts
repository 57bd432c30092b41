import type { TransportOptions } from "@agentcomm/protocol";
import { startProxy, type TcpProxy } from "@agentcomm/test-redis";
import type { BreakableTransport, TransportHarness } from "@agentcomm/transport-conformance";
import type { Cluster, Redis } from "ioredis";
import { createRedisTransport, type RedisEndpointOptions, shardOf } from "../src/index.js";

/** A Redis that the kit is run on. */
export interface Deployment {
  /** How the transport reaches it. */
  readonly endpoint: RedisEndpointOptions;
  /** A client of the test's own, and the nodes that hold keys. */
  readonly client: Redis | Cluster;
  readonly nodes: () => readonly Redis[];
  /** The servers' ports, and how the transport reaches them at other ones. */
  readonly throughProxies: (proxies: ReadonlyMap<number, TcpProxy>) => RedisEndpointOptions;
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

const CAPABILITIES = {
  durable: true,
  crossProcess: true,
  fenced: true,
  delay: true,
  recordTtl: true,
  atomicFanOut: false,
};

/** The kit's harness over a deployment that `start` starts. */
export function redisHarness(start: () => Promise<Deployment>): TransportHarness {
  let deployment: Deployment | undefined;
  const proxies: TcpProxy[] = [];
  const running = (): Deployment => {
    if (deployment === undefined) throw new Error("the harness is not open");
    return deployment;
  };
  return {
    capabilities: CAPABILITIES,
    wakeMs: 50,
    async open() {
      deployment = await start();
    },
    async close() {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      deployment?.client.disconnect();
      await deployment?.stop();
    },
    createTransport: (namespace, options) => createRedisTransport({ ...options, ...running().endpoint, namespace }),
    createBreakable: (namespace, options) => breakable(running(), proxies, namespace, options),
    async putRaw(namespace, agentId, fields) {
      const key = `${namespace}:{${shardOf(agentId)}}:q:${agentId}:m`;
      const args = Object.entries(fields).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
      await running().client.call("XADD", [key, "*", ...args]);
    },
    residue: (namespace) => residueOf(running().nodes(), namespace),
  };
}

async function breakable(
  { throughProxies, ports }: Deployment,
  proxies: TcpProxy[],
  namespace: string,
  options: TransportOptions,
): Promise<BreakableTransport> {
  const own = new Map<number, TcpProxy>();
  for (const port of ports) own.set(port, await startProxy(port));
  proxies.push(...own.values());
  const all = (what: "stall" | "loseReplies" | "mend") => () => {
    for (const proxy of own.values()) proxy[what]();
  };
  return {
    transport: createRedisTransport({ ...options, ...throughProxies(own), namespace }),
    stall: all("stall"),
    loseReplies: all("loseReplies"),
    mend: all("mend"),
  };
}

/** All that a namespace holds on behalf of agents: keys of their own, and members of keys that they share. */
export async function residueOf(nodes: readonly Redis[], namespace: string): Promise<string[]> {
  const found: string[] = [];
  for (const node of nodes) {
    for (const key of await keysOf(node, `${namespace}:{*}:*`)) {
      const [, kind = ""] = /\}:([a-z]+)/.exec(key) ?? [];
      if (["producer", "bell", "rec"].includes(kind)) continue;
      if (kind === "boxes" || kind === "due") {
        for (const member of await node.zrange(key, "0", "-1")) found.push(`${key} ${member}`);
      } else if (kind === "topic") {
        for (const member of await node.smembers(key)) found.push(`${key} ${member}`);
      } else found.push(key);
    }
  }
  return found;
}

export async function keysOf(node: Redis, pattern: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of node.scanStream({ match: pattern, count: 1_000 })) keys.push(...(page as string[]));
  return keys;
}
