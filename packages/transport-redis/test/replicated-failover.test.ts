import type { AgentCommError } from "@agentcomm/protocol";
import {
  askUntil,
  type RedisServer,
  startProxy,
  startRedis,
  startRedisCluster,
  startRedisSentinel,
} from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { createRedisTransport, shardOf } from "../src/index.js";
import { crc16 } from "../src/shards.js";
import { openPair, received, stored, threeWaits, UNCONFIRMED, watch } from "./replicated-pair.js";
import { note } from "./scene.js";

/** A client that ends with its test. */
class Closing implements AsyncDisposable {
  readonly client: Redis;

  constructor(url: string) {
    this.client = new Redis(url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
  }
}

test("what was confirmed is there after the replica was promoted; what was not is stored then, once and in order", async () => {
  await using pair = await openPair();
  await using proxy = await startProxy(pair.server.port);
  const transport = pair.transport({ replicas: 1, timeoutMs: 20_000, url: `redis://127.0.0.1:${proxy.port}` });
  await Promise.all(Array.from({ length: 300 }, (_, n) => transport.send(note("bob", n))));
  await transport.records.put("jobs", "a", 1);
  await pair.cutOff();
  const sending: Promise<unknown>[] = [];
  for (let n = 300; n < 310; n++) {
    sending.push(transport.send(note("bob", n)));
    // One by one, so that they are in several batches.
    await new Promise((resume) => setImmediate(resume));
  }
  const putting = transport.records.put("jobs", "b", 2);
  const watched = [...sending, putting].map(watch);
  await expect.poll(() => stored(pair.client, pair.namespace)).toBeGreaterThan(300);
  await threeWaits(pair);
  expect(watched.map(({ outcome }) => outcome)).toEqual(watched.map(() => "open"));

  await pair.promote();
  expect(await stored(pair.replicaClient, pair.namespace)).toBe(300);
  await using _follower = await startRedis({ config: { replicaof: `${pair.replica.host} ${pair.replica.port}` } });
  proxy.aim(pair.replica.port);
  await Promise.all([...sending, putting]);
  expect(await received(transport)).toEqual(Array.from({ length: 310 }, (_, n) => n));
  const records = await transport.records.list("jobs");
  expect(records.map(({ key, value }) => [key, value])).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
});

test("a batch is sent anew also where the one before it was accepted by a primary alone, and lost with that", async () => {
  await using pair = await openPair();
  await using proxy = await startProxy(pair.server.port);
  const transport = pair.transport({ url: `redis://127.0.0.1:${proxy.port}` });
  await transport.send(note("bob", 0));
  await expect.poll(() => stored(pair.replicaClient, pair.namespace)).toBe(1);
  await pair.cutOff();
  proxy.delay(500);
  const first = transport.send(note("bob", 1));
  await expect.poll(() => stored(pair.client, pair.namespace), { interval: 5 }).toBe(2);
  // While the answer to the first is on its way: in order after it.
  const second = transport.send(note("bob", 2));
  await first;
  proxy.loseReplies();
  await expect.poll(() => stored(pair.client, pair.namespace)).toBe(3);
  await pair.promote();
  proxy.aim(pair.replica.port);
  proxy.mend();
  await second;
  expect(await received(transport)).toEqual([0, 2]);
});

test("a primary that was cut off and replaced confirms nothing, and its clients find the one that replaced it", {
  timeout: 60_000,
}, async () => {
  await using sentinels = await startRedisSentinel();
  const { name, primary, replica } = sentinels;
  const troubles: AgentCommError[] = [];
  await using transport = createRedisTransport({
    sentinel: { name, sentinels: sentinels.sentinels },
    replicas: 1,
    timeoutMs: 30_000,
    stallMs: 2_000,
    onError: (error) => void troubles.push(error),
  });
  for (let n = 0; n < 20; n++) await transport.send(note("bob", n));
  // Whoever is connected stays so; replica and Sentinels are cut off and cannot come back.
  await using former = new Closing(primary.url);
  await former.client.config("SET", "requirepass", "secret");
  await former.client.call("CLIENT", "KILL", "TYPE", "replica");
  for (const line of ((await former.client.client("LIST")) as string).split("\n")) {
    const id = /^id=(\d+)/.exec(line)?.[1];
    if (id !== undefined && line.includes("name=sentinel-")) await former.client.call("CLIENT", "KILL", "ID", id);
  }
  const sending = Array.from({ length: 20 }, (_, n) => transport.send(note("bob", 20 + n)));
  const watched = sending.map(watch);
  await askUntil(replica, "INFO replication", (reply) => reply.includes("role:master"), 30_000);
  expect(await former.client.info("replication")).toContain("role:master");
  expect(watched.map(({ outcome }) => outcome)).toEqual(watched.map(() => "open"));

  await using _follower = await startRedis({ config: { replicaof: `${replica.host} ${replica.port}` } });
  await Promise.all(sending);
  expect(await received(transport)).toEqual(Array.from({ length: 40 }, (_, n) => n));
  // Nobody is left behind at the former primary.
  expect(await former.client.client("LIST")).not.toContain("name=agentcomm ");
  expect(new Set(troubles.map((trouble) => trouble.code))).toEqual(new Set(["CONNECTION_LOST"]));
});

test("on a Cluster each node's replica confirms, and nothing confirmed is missing after one of them took over", {
  timeout: 60_000,
}, async () => {
  await using cluster = await startRedisCluster({ primaries: 3, replicas: 1 });
  const placeOf = (agent: string) => Math.floor(((crc16(String(shardOf(agent))) % 16_384) * 3) / 16_384);
  const index = placeOf("bob");
  const [primary, replica] = [cluster.nodes[index], cluster.replicas[index]] as [RedisServer, RedisServer];
  await using transport = createRedisTransport({
    cluster: { nodes: cluster.nodes },
    replicas: 1,
    timeoutMs: 30_000,
    onError: () => {},
  });
  expect(await transport.health()).toMatchObject({ connected: true, durability: "replicated(1)" });
  const agents = Array.from({ length: 30 }, (_, n) => `agent-${n}`);
  await Promise.all([...agents, ...agents.map(() => "bob")].map((agent, n) => transport.send(note(agent, n))));
  replica.pause();
  // The replicas of the others confirm as before.
  const waiting = transport.send(note("bob", 60), { timeoutMs: 1_000 });
  await Promise.all(
    agents.filter((agent) => placeOf(agent) !== index).map((agent) => transport.send(note(agent, "more"))),
  );
  await expect(waiting).rejects.toMatchObject(UNCONFIRMED);
  replica.resume();
  await transport.send(note("bob", 61));

  await primary.kill();
  const late = transport.send(note("bob", 62));
  await askUntil(replica, "INFO replication", (reply) => reply.includes("role:master"), 30_000);
  // It follows its successor from now on.
  await primary.restart();
  await late;
  expect(await received(transport)).toEqual([...agents.map((_, n) => 30 + n), 60, 61, 62]);
});
