import { expect, test } from "vitest";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";
import { startTraffic, type Traffic } from "./traffic.js";

const DURABLE = { config: { appendonly: "yes", appendfsync: "always" } };

/** Waits until so many more messages have been handled than now. */
async function flows(traffic: Traffic, count = 200): Promise<void> {
  const goal = traffic.handled.size + count;
  await expect.poll(() => traffic.handled.size, { timeout: 15_000 }).toBeGreaterThan(goal);
}

async function openTraffic(scene: RedisScene): Promise<Traffic> {
  const traffic = startTraffic(scene.transport(), scene.transport(), "bob");
  await flows(traffic);
  return traffic;
}

async function everythingArrives(traffic: Traffic): Promise<void> {
  await traffic.stopSending();
  await expect.poll(() => traffic.missing(), { timeout: 10_000 }).toEqual([]);
}

const lossOf = (scene: RedisScene) => scene.troubles.filter((trouble) => trouble.code === "DATA_LOST");

test("traffic goes on after Redis was killed and started again, and nothing accepted is lost", async () => {
  await using scene = await openScene(DURABLE);
  const traffic = await openTraffic(scene);
  for (let round = 0; round < 3; round++) {
    await scene.server.kill();
    await scene.server.restart();
    await flows(traffic);
  }
  await everythingArrives(traffic);
  await traffic.end();
  expect(scene.troubles.map((trouble) => trouble.code)).toContain("CONNECTION_LOST");
  expect(lossOf(scene)).toEqual([]);
});

test("traffic goes on while the server forgets its scripts and cuts connections, without loss and without repeats of sends", async () => {
  await using scene = await openScene();
  const traffic = await openTraffic(scene);
  for (let round = 0; round < 10; round++) {
    await scene.client.script("FLUSH");
    await flows(traffic, 50);
    await scene.client.call("CLIENT", "KILL", "TYPE", "normal");
    await scene.client.call("CLIENT", "KILL", "TYPE", "pubsub");
    await flows(traffic, 50);
  }
  await everythingArrives(traffic);
  await traffic.end();
  expect(traffic.failures).toEqual([]);
  expect(lossOf(scene)).toEqual([]);
});

test("a destroyed consumer group is made anew, nothing is lost, and it is told", async () => {
  await using scene = await openScene();
  const traffic = await openTraffic(scene);
  const [queue = ""] = await scene.client.keys(`${scene.namespace}:*:q:bob:m`);
  await scene.client.xgroup("DESTROY", queue, "agents");
  await flows(traffic);
  await everythingArrives(traffic);
  await traffic.end();
  expect(lossOf(scene).map((loss) => loss.details)).toEqual([{ agentId: "bob", lanes: "m" }]);
});

test("after FLUSHALL the loss is told once, topics and capacity hold again, and traffic goes on", async () => {
  await using scene = await openScene();
  const receiver = scene.transport();
  await receiver.openMailbox("carol", { topics: ["news"], capacity: 3 });
  await receiver.receive("carol");
  const traffic = startTraffic(scene.transport(), receiver, "bob");
  await flows(traffic);
  await scene.client.flushall();
  await expect.poll(() => lossOf(scene).length, { timeout: 2_000 }).toBe(1);
  expect(lossOf(scene)[0]?.details?.agentIds).toEqual(expect.arrayContaining(["bob", "carol"]));
  await flows(traffic);
  await traffic.end();

  const sender = scene.transport();
  for (let n = 0; n < 3; n++) expect(await sender.send(note("#news", n))).toMatchObject({ stored: 1 });
  expect(await sender.send(note("#news", 3))).toMatchObject({ stored: 0, refused: [{ code: "MAILBOX_FULL" }] });
  expect((await receiver.receive("carol")).map(numberOf)).toEqual([0, 1, 2]);
  expect(lossOf(scene)).toHaveLength(1);
});

test("records are watched again after FLUSHALL, and versions go on rising", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  const state = new Map<string, unknown>();
  await transport.records.watch("jobs", (event) => {
    if (event.kind === "put") state.set(event.key, event.record?.value);
    else state.delete(event.key);
  });
  const version = await transport.records.put("jobs", "a", 1);
  await expect.poll(() => state.get("a")).toBe(1);
  await scene.client.flushall();
  await expect.poll(() => state.size).toBe(0);
  expect(await transport.records.put("jobs", "a", 2)).toBeGreaterThan(version);
  await expect.poll(() => state.get("a")).toBe(2);
});

test("a body that somebody deletes under a lease is told as lost, and holds up nothing", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  await transport.send(note("bob", 1));
  await transport.send(note("bob", 2));
  expect(await transport.receive("bob", { leaseMs: 100 })).toHaveLength(2);
  const [queue = ""] = await scene.client.keys(`${scene.namespace}:*:q:bob:m`);
  const [first] = await scene.client.xrange(queue, "-", "+", "COUNT", 1);
  await scene.client.xdel(queue, first?.[0] ?? "");
  expect((await transport.receive("bob", { waitMs: 2_000 })).map(numberOf)).toEqual([2]);
  expect(lossOf(scene).map((loss) => loss.details)).toEqual([{ agentId: "bob", lost: 1 }]);
});

test("a source of randomness that throws, or gives no number, keeps nobody from connecting again", async () => {
  await using scene = await openScene();
  const throws = () => {
    throw new Error("no dice");
  };
  for (const random of [throws, () => "0.5" as never, () => Number.NaN]) {
    const transport = scene.transport({ random });
    for (let n = 0; n < 3; n++) {
      await transport.send(note("bob", n));
      await scene.client.call("CLIENT", "KILL", "TYPE", "normal");
    }
  }
});
