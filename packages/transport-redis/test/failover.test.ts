import type { AgentCommError } from "@agentcomm/protocol";
import {
  ask,
  askUntil,
  type RedisServer,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
} from "@agentcomm/test-redis";
import { expect, test } from "vitest";
import { createRedisTransport, shardOf } from "../src/index.js";
import { crc16 } from "../src/shards.js";
import { startTraffic } from "./traffic.js";

test("behind Sentinels traffic goes on after the primary is gone, and nobody hears of READONLY", {
  timeout: 60_000,
}, async () => {
  await using sentinels = await startRedisSentinel();
  const { name, primary, replica } = sentinels;
  const troubles: AgentCommError[] = [];
  const options = {
    sentinel: { name, sentinels: sentinels.sentinels },
    timeoutMs: 20_000,
    onError: (error: AgentCommError) => void troubles.push(error),
  };
  await using sender = createRedisTransport(options);
  await using receiver = createRedisTransport(options);
  const traffic = startTraffic(sender, receiver, "bob");
  await expect.poll(() => traffic.handled.size, { timeout: 10_000 }).toBeGreaterThan(200);
  // What an asynchronous replica lacks is not the driver's to save, so nothing is said here about loss.
  await primary.kill();
  await askUntil(replica, "INFO replication", (reply) => reply.includes("role:master"), 30_000);
  const goal = traffic.handled.size + 500;
  await expect.poll(() => traffic.handled.size, { timeout: 20_000 }).toBeGreaterThan(goal);
  await traffic.end();
  const codes = new Set(troubles.map((trouble) => trouble.code));
  expect([...codes].filter((code) => code !== "CONNECTION_LOST" && code !== "DATA_LOST")).toEqual([]);
  expect(traffic.failures).toEqual([]);
});

test("a primary that becomes a replica while connections stay open is left for the new one", {
  timeout: 60_000,
}, async () => {
  await using sentinels = await startRedisSentinel();
  const { name, primary, replica } = sentinels;
  await using transport = createRedisTransport({
    sentinel: { name, sentinels: sentinels.sentinels },
    timeoutMs: 20_000,
    onError: () => {},
  });
  await transport.send({ from: "a", to: "b", type: "note", content: { n: 1 } });
  const [sentinel] = sentinels.sentinels;
  expect(await ask(sentinel as RedisServer, `SENTINEL FAILOVER ${name}`)).toBe("+OK");
  await askUntil(replica, "INFO replication", (reply) => reply.includes("role:master"), 30_000);
  await askUntil(primary, "INFO replication", (reply) => reply.includes("role:slave"), 30_000);
  for (let n = 2; n < 20; n++) await transport.send({ from: "a", to: "b", type: "note", content: { n } });
  expect(await transport.receive("b", { limit: 100 })).toHaveLength(19);
});

test("whoever is told that a server became a replica is told so in plain words", async () => {
  await using server = await startRedis();
  const troubles: string[] = [];
  const onError = (error: AgentCommError) => void troubles.push(error.message);
  await using transport = createRedisTransport({ url: server.url, timeoutMs: 500, onError });
  await transport.send({ from: "a", to: "b", type: "note", content: { n: 1 } });
  // Its primary is nobody: it is a replica all the same.
  expect(await ask(server, "REPLICAOF 127.0.0.1 1")).toBe("+OK");
  const failed = await transport.send({ from: "a", to: "b", type: "note", content: { n: 2 } }).then(
    () => undefined,
    (error: AgentCommError) => error,
  );
  expect(failed?.message).not.toContain("READONLY");
  expect(troubles.length).toBeGreaterThan(0);
  expect(new Set(troubles)).toEqual(new Set(["Redis cannot be reached: the server is no longer the primary"]));
  expect(await ask(server, "REPLICAOF NO ONE")).toBe("+OK");
  await expect
    .poll(() => transport.send({ from: "a", to: "b", type: "note", content: { n: 3 } }).catch(() => undefined))
    .toMatchObject({ stored: 1 });
});

test("on a Cluster traffic goes on while the mailbox's slot moves to another node, in order and without loss", {
  timeout: 60_000,
}, async () => {
  await using cluster = await startRedisCluster();
  const troubles: AgentCommError[] = [];
  const options = {
    cluster: { nodes: cluster.nodes },
    timeoutMs: 20_000,
    onError: (error: AgentCommError) => void troubles.push(error),
  };
  await using sender = createRedisTransport(options);
  await using receiver = createRedisTransport(options);
  const traffic = startTraffic(sender, receiver, "bob");
  await expect.poll(() => traffic.handled.size, { timeout: 10_000 }).toBeGreaterThan(200);
  const slot = crc16(String(shardOf("bob"))) % 16_384;
  const owner = Math.floor((slot * cluster.nodes.length) / 16_384);
  for (let move = 0; move < 2; move++) {
    const from = cluster.nodes[(owner + move) % 3] as RedisServer;
    const to = cluster.nodes[(owner + move + 1) % 3] as RedisServer;
    await moveSlot(slot, from, to, cluster.nodes);
    const goal = traffic.handled.size + 300;
    await expect.poll(() => traffic.handled.size, { timeout: 20_000 }).toBeGreaterThan(goal);
  }
  await traffic.stopSending();
  await expect.poll(() => traffic.missing(), { timeout: 10_000 }).toEqual([]);
  await traffic.end();
  expect(traffic.failures).toEqual([]);
  expect([...traffic.handled.values()].filter((times) => times > 1)).toEqual([]);
  expect(troubles.map((trouble) => `${trouble.code} ${trouble.message}`)).toEqual([]);
});

async function moveSlot(
  slot: number,
  from: RedisServer,
  to: RedisServer,
  nodes: readonly RedisServer[],
): Promise<void> {
  const idOf = async (node: RedisServer) => (await ask(node, "CLUSTER MYID")).trim();
  const [fromId, toId] = [await idOf(from), await idOf(to)];
  expect(await ask(to, `CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`)).toBe("+OK");
  expect(await ask(from, `CLUSTER SETSLOT ${slot} MIGRATING ${toId}`)).toBe("+OK");
  for (;;) {
    const { Redis } = await import("ioredis");
    const client = new Redis(from.url);
    try {
      const keys = (await client.cluster("GETKEYSINSLOT", slot, 10)) as string[];
      if (keys.length === 0) break;
      await client.call("MIGRATE", [to.host, to.port, "", 0, 5_000, "KEYS", ...keys]);
    } finally {
      client.disconnect();
    }
  }
  for (const node of [to, from, ...nodes]) expect(await ask(node, `CLUSTER SETSLOT ${slot} NODE ${toId}`)).toBe("+OK");
}

test("on a Cluster traffic goes on after a node was killed and started again", { timeout: 60_000 }, async () => {
  await using cluster = await startRedisCluster();
  const options = { cluster: { nodes: cluster.nodes }, timeoutMs: 20_000, onError: () => {} };
  await using sender = createRedisTransport(options);
  await using receiver = createRedisTransport(options);
  const traffic = startTraffic(sender, receiver, "bob");
  await expect.poll(() => traffic.handled.size, { timeout: 10_000 }).toBeGreaterThan(200);
  for (const node of cluster.nodes) {
    await node.kill();
    await node.restart();
    const goal = traffic.handled.size + 200;
    await expect.poll(() => traffic.handled.size, { timeout: 20_000 }).toBeGreaterThan(goal);
  }
  await traffic.end();
  expect(traffic.failures).toEqual([]);
});
