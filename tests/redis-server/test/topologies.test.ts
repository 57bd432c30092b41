import { Cluster, Redis } from "ioredis";
import { expect, test } from "vitest";
import {
  ask,
  askUntil,
  type RedisServer,
  startRedisCluster,
  startRedisSentinel,
  startRedisWithTls,
} from "../src/index.js";

test("a TLS server lets its one user in and nobody else", async () => {
  const user = { name: "crew", password: "s3cret/+@word", rules: ["~agentcomm:*", "&*", "+@all"] };
  await using server = await startRedisWithTls({ user });
  const client = new Redis(server.url, { tls: { ca: server.ca } });
  try {
    expect(await client.set("agentcomm:a", "1")).toBe("OK");
    await expect(client.set("elsewhere", "1")).rejects.toThrow("NOPERM");
  } finally {
    client.disconnect();
  }
  const stranger = new Redis(server.port, server.host, { tls: { ca: server.ca }, retryStrategy: () => null });
  stranger.on("error", () => undefined);
  await expect(stranger.ping()).rejects.toThrow("NOAUTH");
  stranger.disconnect();
});

test("a cluster serves every slot, spread over its primaries", async () => {
  await using cluster = await startRedisCluster({ primaries: 3 });
  const client = new Cluster(cluster.nodes.map(({ host, port }) => ({ host, port })));
  try {
    for (let key = 0; key < 100; key++) await client.set(`key:${key}`, key);
    const sizes = await Promise.all(client.nodes("master").map((node) => node.dbsize()));
    expect(sizes).toHaveLength(3);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(100);
  } finally {
    client.disconnect();
  }
});

test("in a cluster with replicas one of them takes over when its primary is gone", { timeout: 30_000 }, async () => {
  await using cluster = await startRedisCluster({ primaries: 3, replicas: 1 });
  const [primary] = cluster.nodes as [RedisServer];
  const [replica] = cluster.replicas as [RedisServer];
  expect(await ask(replica, "INFO replication")).toContain(`master_port:${primary.port}`);
  await primary.kill();
  await askUntil(replica, "INFO replication", (reply) => reply.includes("role:master"));
  await askUntil(replica, "CLUSTER INFO", (reply) => reply.includes("cluster_state:ok"));
});

test("sentinels make the replica primary when the primary is gone", async () => {
  await using setup = await startRedisSentinel();
  const client = new Redis({
    sentinels: setup.sentinels.map(({ host, port }) => ({ host, port })),
    name: setup.name,
    maxRetriesPerRequest: null,
  });
  client.on("error", () => undefined);
  try {
    expect(await client.config("GET", "port")).toEqual(["port", String(setup.primary.port)]);
    await setup.primary.kill();
    await expect
      .poll(() => client.config("GET", "port"), { timeout: 20_000 })
      .toEqual(["port", String(setup.replica.port)]);
  } finally {
    client.disconnect();
  }
});
