import { expect, test } from "vitest";
import { keysOf, residueOf } from "./redis-harness.js";
import { note, openScene } from "./scene.js";

test("after deleteMailbox nothing in the store names the agent, whatever it went through", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  await transport.openMailbox("bob", { topics: ["news", "sport"], capacity: 100 });
  await transport.openMailbox("bob", { topics: ["news"] });
  for (const priority of ["low", "medium", "high", "critical"] as const) await transport.send(note("bob", 1, priority));
  await transport.send(note("bob", "later"), { delayMs: 60_000 });
  await transport.send(note("bob", "keyed"), { idempotencyKey: "key" });
  const [first, second, third] = await transport.receive("bob");
  await first?.retry({ reason: "one" });
  await second?.retry({ reason: "two", delayMs: 60_000 });
  await third?.reject("no");
  await transport.receive("bob");
  await expect(transport.deleteMailbox("bob")).rejects.toMatchObject({ code: "MAILBOX_NOT_EMPTY" });
  await transport.deleteMailbox("bob", { discard: true });
  expect(await residueOf([scene.client], scene.namespace)).toEqual([]);
  const keys = await keysOf(scene.client, `${scene.namespace}:*`);
  expect(keys.filter((key) => key.includes("bob"))).toEqual([]);
});

test("a thousand agents that come, work and go leave no keys, groups or consumers behind", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  const agents = Array.from({ length: 1_000 }, (_, index) => `agent-${index}`);
  await Promise.all(
    agents.map(async (agent) => {
      await transport.send(note(agent, 1));
      const [delivery] = await transport.receive(agent);
      await delivery?.ack();
      await transport.deleteMailbox(agent);
    }),
  );
  expect(await residueOf([scene.client], scene.namespace)).toEqual([]);
});

test("a process that closes leaves no consumer behind, save those that still hold something", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  for (const agent of ["bob", "carol"]) {
    await transport.send(note(agent, 1));
    const [delivery] = await transport.receive(agent);
    if (agent === "bob") await delivery?.ack();
  }
  await transport.close();
  const queues = await keysOf(scene.client, `${scene.namespace}:*:q:*`);
  const consumers = await Promise.all(
    queues.map(async (queue) => {
      const found = (await scene.client.xinfo("CONSUMERS", queue, "agents")) as unknown[];
      return [queue.split(":").at(-2), found.length];
    }),
  );
  expect(Object.fromEntries(consumers)).toEqual({ bob: 0, carol: 1 });
});

test("entries of a mailbox that was deleted and filled again are numbered anew: an old token names none of them", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  const ids = new Set<string>();
  for (let n = 0; n < 300; n++) {
    await transport.send(note("bob", n));
    const [queue = ""] = await scene.client.keys(`${scene.namespace}:*:q:bob:m`);
    for (const [id] of await scene.client.xrange(queue, "-", "+")) ids.add(id);
    await transport.deleteMailbox("bob", { discard: true });
  }
  expect(ids.size).toBe(300);
});
