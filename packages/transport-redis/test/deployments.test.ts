import { startRedisCluster, startRedisSentinel, startRedisWithTls } from "@agentcomm/test-redis";
import { describeTransport } from "@agentcomm/transport-conformance";
import { Cluster, Redis } from "ioredis";
import { redisHarness } from "./redis-harness.js";

describeTransport(
  "redis over TLS, as a user who may touch nothing but the kit's keys and channels",
  redisHarness(async () => {
    const rules = ["~kit-*", "&kit-*", "+@all", "-@dangerous"];
    const server = await startRedisWithTls({ user: { name: "agents", password: "s3cret/word", rules } });
    const tls = { ca: server.ca };
    const client = new Redis(server.url, { tls });
    return {
      endpoint: { url: server.url, tls },
      client,
      nodes: () => [client],
      ports: [server.port],
      throughProxies(proxies) {
        const url = new URL(server.url);
        url.port = String(proxies.get(server.port)?.port);
        return { url: url.href, tls };
      },
      stop: () => server.stop(),
    };
  }),
);

describeTransport(
  "redis on a Cluster of three primaries",
  redisHarness(async () => {
    const cluster = await startRedisCluster();
    const client = new Cluster(cluster.nodes.map(({ host, port }) => ({ host, port })));
    return {
      endpoint: { cluster: { nodes: cluster.nodes } },
      client,
      nodes: () => client.nodes("master"),
      ports: cluster.nodes.map((node) => node.port),
      throughProxies(proxies) {
        const at = (port: number) => ({ host: "127.0.0.1", port: proxies.get(port)?.port ?? 0 });
        const natMap = Object.fromEntries(cluster.nodes.map(({ host, port }) => [`${host}:${port}`, at(port)]));
        return { cluster: { nodes: cluster.nodes.map((node) => at(node.port)), natMap } };
      },
      stop: () => cluster.stop(),
    };
  }),
);

describeTransport(
  "redis behind Sentinels",
  redisHarness(async () => {
    const { name, primary, sentinels, stop } = await startRedisSentinel();
    const client = new Redis(primary.url);
    return {
      endpoint: { sentinel: { name, sentinels } },
      client,
      nodes: () => [client],
      ports: [primary.port],
      throughProxies(proxies) {
        const at = { host: "127.0.0.1", port: proxies.get(primary.port)?.port ?? 0 };
        return { sentinel: { name, sentinels, natMap: { [`${primary.host}:${primary.port}`]: at } } };
      },
      stop,
    };
  }),
);
