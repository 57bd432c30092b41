import { afterAll, beforeAll, expect, test } from "vitest";
import { note, numberOf, openScene, type RedisScene, scriptCount } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

test("a thousand sends of one tick cost at most ten scripts, and so do their acks", async () => {
  const transport = scene.transport();
  await transport.send(note("bob", "first"));
  await scene.client.config("RESETSTAT");
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => transport.send(note("bob", n))));
  expect(await scriptCount(scene.client)).toBeLessThanOrEqual(10);

  const deliveries = await transport.receive("bob", { limit: 2_000 });
  expect(deliveries.map(numberOf)).toEqual(["first", ...Array.from({ length: 1_000 }, (_, n) => n)]);
  await scene.client.config("RESETSTAT");
  await Promise.all(deliveries.map((delivery) => delivery.ack()));
  expect(await scriptCount(scene.client)).toBeLessThanOrEqual(10);
});

test("limit 1 over four priorities leases one entry, the most urgent", async () => {
  const transport = scene.transport();
  for (const priority of ["low", "medium", "high", "critical"] as const) {
    await transport.send(note("carol", priority, priority));
  }
  const deliveries = await transport.receive("carol", { limit: 1 });
  expect(deliveries.map(numberOf)).toEqual(["critical"]);
  const keys = await scene.client.keys(`${scene.namespace}:*:q:carol:*`);
  expect(keys).toHaveLength(4);
  const pending = await Promise.all(
    keys.map(async (key) => {
      const groups = (await scene.client.xinfo("GROUPS", key)) as unknown[][];
      return groups.length === 0 ? 0 : (((await scene.client.xpending(key, "agents")) as unknown[])[0] as number);
    }),
  );
  expect(pending.reduce((sum, count) => sum + count, 0)).toBe(1);
});

test("a thousand agents of one process receive over two connections", async () => {
  const transport = scene.transport();
  const agents = Array.from({ length: 1_000 }, (_, index) => `agent-${index}`);
  await transport.open();
  const before = await connections();
  const received = new Set<string>();
  const subscriptions = agents.map((agent) =>
    transport.subscribe(agent, async () => {
      received.add(agent);
    }),
  );
  await Promise.all(agents.map((agent) => transport.send(note(agent, 1))));
  await expect.poll(() => received.size).toBe(agents.length);
  expect((await connections()) - before).toBeLessThanOrEqual(1);
  await Promise.all(subscriptions.map((subscription) => subscription.stop()));
});

async function connections(): Promise<number> {
  const list = (await scene.client.client("LIST")) as string;
  return list.split("\n").filter((line) => line.includes("name=agentcomm ")).length;
}

test("a broadcast reaches a thousand mailboxes, each once", async () => {
  const transport = scene.transport({ namespace: `${scene.namespace}.broadcast` });
  const agents = Array.from({ length: 1_000 }, (_, index) => `agent-${index}`);
  await Promise.all(agents.map((agent) => transport.receive(agent)));
  expect(await transport.send(note("*", "all"))).toMatchObject({ stored: 1_000, refused: [] });
  const received = await Promise.all(agents.map((agent) => transport.receive(agent)));
  expect(received.map((deliveries) => deliveries.map(numberOf))).toEqual(agents.map(() => ["all"]));
});
