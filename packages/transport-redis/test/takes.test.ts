import type { Delivery } from "@agentcomm/protocol";
import { startRedis } from "@agentcomm/test-redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createRedisDriver, createRedisTransport } from "../src/index.js";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

test("any number of messages that are given back are offered again, each once", async () => {
  const transport = scene.transport();
  await transport.sendMany(Array.from({ length: 1_300 }, (_, n) => note("bob", n)));
  const first = await transport.receive("bob", { limit: 2_000 });
  expect(first).toHaveLength(1_300);
  await Promise.all(first.map((delivery) => delivery.retry({ reason: "once more" })));
  const again = new Map<unknown, number>();
  while (again.size < 1_300) {
    const deliveries = await transport.receive("bob", { limit: 1_000, waitMs: 1_000 });
    expect(deliveries).not.toEqual([]);
    for (const delivery of deliveries) again.set(numberOf(delivery), delivery.attempt);
    await Promise.all(deliveries.map((delivery) => delivery.ack()));
  }
  expect(new Set(again.values())).toEqual(new Set([2]));
  expect(await transport.receive("bob")).toEqual([]);
});

test("while a backlog is drained, what becomes more urgent comes next, and what is given back is not forgotten", async () => {
  const transport = scene.transport();
  await transport.sendMany(Array.from({ length: 1_000 }, (_, n) => note("carol", n)));
  const receive = () => transport.receive("carol", { limit: 100 });
  const settled: Delivery[] = [];
  const order: unknown[] = [];
  for (let round = 0; round < 3; round++) {
    for (const delivery of await receive()) {
      order.push(numberOf(delivery));
      settled.push(delivery);
    }
  }
  expect(order).toEqual(Array.from({ length: 300 }, (_, n) => n));
  await transport.send(note("carol", "urgent", "critical"));
  const next = await receive();
  expect(next).toHaveLength(100);
  expect(next.map(numberOf).slice(0, 2)).toEqual(["urgent", 300]);
  expect(next.every((delivery) => delivery.attempt === 1)).toBe(true);

  await next[5]?.retry();
  const rest = new Map<unknown, number>();
  for (;;) {
    const deliveries = await receive();
    if (deliveries.length === 0) break;
    for (const delivery of deliveries) rest.set(numberOf(delivery), delivery.attempt);
    settled.push(...deliveries);
  }
  // 1,001 were sent, 400 came before, and one of those came again.
  expect(rest.size).toBe(602);
  expect(rest.get(numberOf(next[5] as Delivery))).toBe(2);
  await Promise.all([...settled, ...next.filter((_, index) => index !== 5)].map((delivery) => delivery.ack()));
  expect(await transport.stats()).toMatchObject({ ready: 0, inFlight: 0 });
});

test("takes of one mailbox that run at once never hand out the same message", async () => {
  const transports = [scene.transport(), scene.transport()];
  const [sender] = transports;
  await sender?.sendMany(Array.from({ length: 3_000 }, (_, n) => note("dave", n)));
  const seen: unknown[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      for (;;) {
        const deliveries = (await transports[index % 2]?.receive("dave", { limit: 70 })) ?? [];
        if (deliveries.length === 0) return;
        seen.push(...deliveries.map(numberOf));
        await Promise.all(deliveries.map((delivery) => delivery.ack()));
      }
    }),
  );
  expect(seen).toHaveLength(3_000);
  expect(new Set(seen).size).toBe(3_000);
});

test("of many retries the last ten reasons are handed out, and how many attempts did not end in silence", async () => {
  const { url } = scene.server;
  const driver = createRedisDriver({ url, namespace: scene.namespace });
  const call = () => ({ deadline: performance.now() + 5_000 });
  const payload = Buffer.from("{}");
  await driver.open(call());
  await driver.append([{ agentId: "erin", priority: "medium", payload, delayMs: 0, from: "sender" }], call());
  const take = async (leaseMs: number) => (await driver.take("erin", { limit: 1, leaseMs }, call())).entries[0];
  expect(await take(1)).not.toHaveProperty("noted");
  for (let attempt = 2; attempt < 15; attempt++) {
    const entry = await vi.waitUntil(() => take(60_000));
    expect(entry.attempt).toBe(attempt);
    // Of one no reason is given: it was handed back all the same.
    const reason = attempt === 2 ? {} : { reason: `attempt ${attempt}` };
    const action = { kind: "retry", delayMs: 0, ...reason } as const;
    expect(await driver.settle([{ token: entry.token, action }], call())).toEqual([undefined]);
  }
  const reasons = Array.from({ length: 10 }, (_, index) => `attempt ${5 + index}`);
  expect(await take(60_000)).toMatchObject({ attempt: 15, noted: 13, reasons });
  await driver.close(call());
});

test("a backlog is read natively from the second look on, and what is read is not given back", async () => {
  await using server = await startRedis();
  await using transport = createRedisTransport({ url: server.url });
  await transport.sendMany(Array.from({ length: 500 }, (_, n) => note("gus", n)));
  for (let looks = 0; looks < 5; looks++) {
    const deliveries = await transport.receive("gus", { limit: 100 });
    expect(deliveries).toHaveLength(100);
    await Promise.all(deliveries.map((delivery) => delivery.ack()));
  }
  const client = new Redis(server.url);
  const stats = await client.info("commandstats");
  client.disconnect();
  // The first makes the group, and reads once more.
  expect(/cmdstat_xreadgroup:calls=(\d+)/.exec(stats)?.[1]).toBe("6");
  expect(stats).not.toContain("cmdstat_xclaim");
});
