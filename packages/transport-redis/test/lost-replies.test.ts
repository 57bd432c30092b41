import type { Transport } from "@agentcomm/protocol";
import { startProxy } from "@agentcomm/test-redis";
import { expect, test } from "vitest";
import { note, numberOf, openScene } from "./scene.js";
import { startTraffic } from "./traffic.js";

/** Has the server know all scripts: else the reply that is lost is that it does not know one, and nothing has run. */
async function warmUp(transport: Transport): Promise<void> {
  for (let n = 0; n < 3; n++) await transport.send(note("warm", n));
  const [first, second, third] = await transport.receive("warm");
  await first?.ack();
  await second?.retry();
  await third?.reject("no");
  await transport.records.put("warm", "a", 1);
  await transport.deleteMailbox("warm", { discard: true });
}

test("a send whose reply is lost is stored once, and says so", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}` });
  const other = scene.transport();
  await warmUp(other);
  await transport.open();
  for (let n = 0; n < 20; n++) {
    proxy.cutAfterRequest();
    const sent = transport.send(note("bob", n));
    await expect.poll(async () => (await other.stats()).ready).toBe(n + 1);
    proxy.mend();
    expect(await sent).toMatchObject({ stored: 1, duplicate: false });
  }
  expect((await transport.receive("bob", { limit: 100 })).map(numberOf)).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
});

test("an ack, a retry and a rejection whose replies are lost are told truly once the line is back", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}` });
  const other = scene.transport();
  await warmUp(other);
  for (let n = 0; n < 3; n++) await transport.send(note("bob", n));
  const [first, second, third] = await transport.receive("bob");
  proxy.loseReplies();
  const settling = [first?.ack(), second?.retry({ delayMs: 60_000, reason: "later" }), third?.reject("no")];
  await expect.poll(() => other.stats()).toMatchObject({ ready: 0, delayed: 1, dead: 1, inFlight: 0 });
  proxy.mend();
  await Promise.all(settling);
  expect(await other.stats()).toMatchObject({ ready: 0, delayed: 1, dead: 1, inFlight: 0 });
  await expect(transport.settle(first?.token ?? "", { kind: "ack" })).rejects.toMatchObject({ code: "LEASE_LOST" });
});

test("an ack that waits beyond its deadline for a lost reply is unknown, not LEASE_LOST", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 300 });
  await transport.send(note("bob", 1));
  const [delivery] = await transport.receive("bob");
  proxy.loseReplies();
  await expect(delivery?.ack()).rejects.toMatchObject({ outcome: "unknown" });
  proxy.mend();
});

test("a conditional put whose reply is lost does not conflict with itself", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}` });
  const other = scene.transport();
  await warmUp(other);
  await transport.open();
  proxy.loseReplies();
  const putting = transport.records.put("jobs", "a", 1, { ifVersion: 0 });
  await expect.poll(() => other.records.get("jobs", "a")).toBeDefined();
  proxy.mend();
  const version = await putting;
  expect(await other.records.get("jobs", "a")).toMatchObject({ value: 1, version });
});

test("what was leased in an answer that got lost is received again at once, as a first attempt", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}`, timeoutMs: 300 });
  const other = scene.transport();
  await transport.receive("bob");
  await other.send(note("bob", 0));
  const [held] = await transport.receive("bob", { leaseMs: 60_000 });
  await other.send(note("bob", 1));
  proxy.loseReplies();
  await expect(transport.receive("bob", { leaseMs: 60_000 })).rejects.toMatchObject({ outcome: "unknown" });
  expect(await other.stats()).toMatchObject({ inFlight: 2 });
  proxy.mend();
  const again = await transport.receive("bob", { leaseMs: 60_000, timeoutMs: 5_000 });
  expect(again.map((delivery) => [numberOf(delivery), delivery.attempt])).toEqual([[1, 1]]);
  await held?.ack();
  await again[0]?.ack();
  expect(await other.stats()).toMatchObject({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
});

test("what another receiver gave back, and was lost on its way to us as well, is received again at once", async () => {
  await using scene = await openScene();
  await using line = await startProxy(scene.server.port);
  await using otherLine = await startProxy(scene.server.port);
  const options = { timeoutMs: 300 };
  const ours = scene.transport({ ...options, url: `redis://127.0.0.1:${line.port}` });
  const other = scene.transport({ ...options, url: `redis://127.0.0.1:${otherLine.port}` });
  const one = { limit: 1, leaseMs: 60_000 };
  await ours.receive("bob");
  await other.receive("bob");
  for (let n = 0; n < 3; n++) await ours.send(note("bob", n));
  expect((await ours.receive("bob", one)).map(numberOf)).toEqual([0]);
  otherLine.loseReplies();
  await expect(other.receive("bob", one)).rejects.toMatchObject({ outcome: "unknown" });
  otherLine.mend();
  // It was read between two that are ours.
  expect((await ours.receive("bob", one)).map(numberOf)).toEqual([2]);
  await ours.send(note("bob", "urgent", "critical"));
  expect((await other.receive("bob", { ...one, timeoutMs: 5_000 })).map(numberOf)).toEqual(["urgent"]);
  line.loseReplies();
  await expect(ours.receive("bob", one)).rejects.toMatchObject({ outcome: "unknown" });
  line.mend();
  const again = await ours.receive("bob", { ...one, timeoutMs: 5_000 });
  expect(again.map((delivery) => [numberOf(delivery), delivery.attempt])).toEqual([[1, 1]]);
});

test("while replies are lost again and again, everything accepted arrives and nothing is stored twice", async () => {
  await using scene = await openScene();
  await using proxy = await startProxy(scene.server.port);
  const url = `redis://127.0.0.1:${proxy.port}`;
  const traffic = startTraffic(scene.transport({ url }), scene.transport(), "bob");
  for (let round = 0; round < 30; round++) {
    const goal = traffic.handled.size + 20;
    await expect.poll(() => traffic.handled.size, { timeout: 10_000, interval: 5 }).toBeGreaterThan(goal);
    const { cuts } = proxy;
    proxy.cutAfterRequest();
    await expect.poll(() => proxy.cuts, { timeout: 10_000, interval: 5 }).toBeGreaterThan(cuts);
    proxy.mend();
  }
  await traffic.stopSending();
  await expect.poll(() => traffic.missing(), { timeout: 10_000 }).toEqual([]);
  await traffic.end();
  expect(traffic.failures).toEqual([]);
  expect([...traffic.handled.values()].filter((times) => times > 1)).toEqual([]);
});

test("a transport opens although the line is cut under its first questions, whichever answer gets lost", async () => {
  await using scene = await openScene();
  for (let lost = 0; lost < 5; lost++) {
    await using proxy = await startProxy(scene.server.port);
    let replies = 0;
    const random = (): number => {
      replies += 1;
      return replies === lost + 1 ? 0 : 1;
    };
    proxy.loseSome(0.5, { random, cutAfterMs: () => 0 });
    const transport = scene.transport({ url: `redis://127.0.0.1:${proxy.port}` });
    expect(await transport.send(note("bob", lost))).toMatchObject({ stored: 1 });
    expect(proxy.cuts).toBe(1);
  }
});
