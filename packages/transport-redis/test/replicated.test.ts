import { startProxy } from "@agentcomm/test-redis";
import { expect, test } from "vitest";
import { createRedisTransport } from "../src/index.js";
import { openPair, received, stored, threeWaits, UNCONFIRMED, watch } from "./replicated-pair.js";
import { note, openScene } from "./scene.js";

test("a send resolves only once a replica has the message", async () => {
  await using pair = await openPair();
  const { namespace, client, replicaClient } = pair;
  const transport = pair.transport({ replicas: 1 });
  await transport.send(note("bob", 0));
  expect(await stored(replicaClient, namespace)).toBe(1);

  pair.replica.pause();
  const sending = transport.send(note("bob", 1));
  const watched = watch(sending);
  await expect.poll(() => stored(client, namespace)).toBe(2);
  await threeWaits(pair);
  expect(watched.outcome).toBe("open");
  pair.replica.resume();
  expect(await sending).toMatchObject({ stored: 1, duplicate: false });
  expect(await stored(replicaClient, namespace)).toBe(2);
  expect(await stored(client, namespace)).toBe(2);
});

test("while a replica stands still a send ends as unknown, and is stored once when it is repeated with its key", async () => {
  await using pair = await openPair();
  const transport = pair.transport({ replicas: 1, timeoutMs: 1_000 });
  await transport.open();
  pair.replica.pause();
  const send = () => transport.send(note("bob", 1), { idempotencyKey: "once" });
  await expect(send()).rejects.toMatchObject(UNCONFIRMED);
  await expect(send()).rejects.toMatchObject(UNCONFIRMED);
  pair.replica.resume();
  expect(await transport.send(note("bob", 1), { idempotencyKey: "once", timeoutMs: 5_000 })).toMatchObject({
    duplicate: true,
  });
  expect(await stored(pair.replicaClient, pair.namespace)).toBe(1);
});

test("whatever changes mailboxes and records waits for the replica", async () => {
  await using pair = await openPair();
  const transport = pair.transport({ replicas: 1 });
  for (let n = 0; n < 6; n++) await transport.send(note("bob", n));
  const [first, second, third, fourth, fifth] = await transport.receive("bob", { leaseMs: 60_000 });
  await fourth?.reject("for purging");
  await fifth?.reject("for redriving");
  await transport.openMailbox("erin");
  const version = await transport.records.put("jobs", "a", 1);
  const [purged, redriven] = await transport.deadLetters("bob");
  pair.replica.pause();
  const short = { timeoutMs: 1_000 };
  const settle = (token: string | undefined, kind: "ack" | "retry") => transport.settle(token ?? "", { kind }, short);
  const calls: Record<string, Promise<unknown>> = {
    ack: settle(first?.token, "ack"),
    retry: settle(second?.token, "retry"),
    reject: transport.settle(third?.token ?? "", { kind: "reject", reason: "no" }, short),
    purge: transport.purgeDeadLetters("bob", [purged?.id ?? ""], short),
    redrive: transport.redrive("bob", [redriven?.id ?? ""], short),
    put: transport.records.put("jobs", "b", 1, short),
    delete: transport.records.delete("jobs", "a", { ifVersion: version, ...short }),
    openMailbox: transport.openMailbox("carol", { topics: ["news"], ...short }),
    deleteMailbox: transport.deleteMailbox("erin", short),
  };
  const outcomes = await Promise.allSettled(Object.values(calls));
  for (const [index, name] of Object.keys(calls).entries()) {
    expect(outcomes[index], name).toMatchObject({ status: "rejected", reason: UNCONFIRMED });
  }
});

test("a batch that is repeated on a new connection waits for the replica, too", async () => {
  await using pair = await openPair();
  await using proxy = await startProxy(pair.server.port);
  const { namespace, client, replicaClient } = pair;
  const transport = pair.transport({ replicas: 1, url: `redis://127.0.0.1:${proxy.port}` });
  await transport.send(note("bob", 0));
  const before = await pair.expiries();
  pair.replica.pause();
  proxy.loseReplies();
  const sending = transport.send(note("bob", 1));
  const watched = watch(sending);
  await expect.poll(() => stored(client, namespace)).toBe(2);
  proxy.mend();
  await threeWaits(pair);
  expect(watched.outcome).toBe("open");
  pair.replica.resume();
  expect(await sending).toMatchObject({ duplicate: false });
  // The repeat found its number, and wrote all the same: else a server need not wait for anything.
  expect(await pair.expiries()).toBeGreaterThan(before);
  expect(await stored(replicaClient, namespace)).toBe(2);
});

test.each([false, true])(
  "a deletion waits for the replica and deletes nothing that came after it (discard: %s)",
  async (discard) => {
    await using pair = await openPair();
    const { namespace, client, replicaClient } = pair;
    const transport = pair.transport({ replicas: 1 });
    const other = pair.transport();
    await other.send(note("bob", 0));
    const [delivery] = await other.receive("bob");
    if (!discard) await delivery?.ack();
    pair.replica.pause();
    const deleting = transport.deleteMailbox("bob", { discard });
    await expect.poll(async () => (await other.stats()).mailboxes).toEqual([]);
    await other.openMailbox("bob", { topics: ["news"], capacity: 1 });
    await other.send(note("bob", 1));
    await threeWaits(pair);
    pair.replica.resume();
    await deleting;
    expect(await received(other)).toEqual([1]);
    expect(await other.send(note("#news", 2))).toMatchObject({ refused: [{ agentId: "bob", code: "MAILBOX_FULL" }] });
    await expect.poll(() => stored(replicaClient, namespace)).toBe(await stored(client, namespace));
  },
);

test("opening a mailbox again, while it waits for the replica, does not undo how others opened it since", async () => {
  await using pair = await openPair();
  const transport = pair.transport({ replicas: 1 });
  const other = pair.transport();
  await other.open();
  pair.replica.pause();
  const opening = transport.openMailbox("bob", { topics: ["old"], capacity: 1 });
  await expect.poll(async () => (await other.send(note("#old", 1))).stored).toBe(1);
  await other.openMailbox("bob", { topics: ["new"], capacity: 100 });
  await threeWaits(pair);
  pair.replica.resume();
  await opening;
  expect(await other.send(note("#old", 2))).toMatchObject({ stored: 0, refused: [] });
  expect(await other.send(note("#new", 3))).toMatchObject({ stored: 1, refused: [] });
});

test("a deletion that is repeated on a new connection waits for the replica, too", async () => {
  await using pair = await openPair();
  await using proxy = await startProxy(pair.server.port);
  const transport = pair.transport({ replicas: 1, url: `redis://127.0.0.1:${proxy.port}` });
  const other = pair.transport();
  // The server has to know the script: else what is lost is only that it does not.
  await transport.deleteMailbox("carol");
  await transport.openMailbox("bob");
  const before = await pair.expiries();
  pair.replica.pause();
  proxy.loseReplies();
  const deleting = transport.deleteMailbox("bob");
  const watched = watch(deleting);
  await expect.poll(async () => (await other.stats()).mailboxes).toEqual([]);
  proxy.mend();
  await threeWaits(pair);
  expect(watched.outcome).toBe("open");
  pair.replica.resume();
  await deleting;
  expect(await pair.expiries()).toBeGreaterThan(before);
});

test("while no replica confirms, receiving and prolonging leases go on", async () => {
  await using pair = await openPair();
  const transport = pair.transport({ replicas: 1, timeoutMs: 20_000 });
  for (let n = 0; n < 10; n++) await transport.send(note("bob", n));
  pair.replica.pause();
  const sending = Array.from({ length: 10 }, (_, n) => transport.send(note(`agent-${n}`, n)));
  await threeWaits(pair);
  const before = await pair.waits();
  const deliveries = await transport.receive("bob", { limit: 10, leaseMs: 60_000 });
  expect(deliveries).toHaveLength(10);
  for (let round = 0; round < 100; round++) await deliveries[round % 10]?.extend();
  // Behind a WAIT each would take as long as that.
  expect((await pair.waits()) - before).toBeLessThan(50);
  pair.replica.resume();
  await Promise.all(sending);
});

test("an outage of the server is told once, though it ends two connections", async () => {
  await using pair = await openPair();
  const transport = pair.transport({ replicas: 1 });
  for (let outages = 1; outages <= 3; outages++) {
    await transport.send(note("bob", outages));
    await transport.receive("bob");
    await pair.client.call("CLIENT", "KILL", "TYPE", "normal");
    await transport.send(note("bob", outages));
    await transport.receive("bob");
    expect(pair.troubles.map(({ code }) => code)).toEqual(Array.from({ length: outages }, () => "CONNECTION_LOST"));
  }
});

test("health tells replicated(1), and warns while the replica is away", { timeout: 30_000 }, async () => {
  await using pair = await openPair();
  const transport = pair.transport({ replicas: 1 });
  const expectation = { connected: true, durability: "replicated(1)" };
  const away = expect.stringContaining("only 0 of the 1 replicas");
  expect(await transport.health()).toMatchObject(expectation);
  expect((await transport.health()).warnings).not.toContainEqual(away);
  for (const [goes, comesBack] of [
    [pair.replica.pause, pair.replica.resume],
    [pair.replica.kill, pair.replica.restart],
  ] as const) {
    await goes();
    await expect.poll(async () => (await transport.health()).warnings, { timeout: 10_000 }).toContainEqual(away);
    expect(await transport.health()).toMatchObject(expectation);
    await comesBack();
    await expect.poll(async () => (await transport.health()).warnings, { timeout: 10_000 }).not.toContainEqual(away);
  }
});

test("a user who may not WAIT is refused when the transport opens", async () => {
  await using scene = await openScene();
  await scene.client.call("ACL", "SETUSER", "agent", "on", ">secret", "~*", "&*", "+@all", "-wait");
  const url = `redis://agent:secret@127.0.0.1:${scene.server.port}`;
  await scene.transport({ url }).open();
  const refused = { code: "UNSAFE_CONFIGURATION", message: expect.stringContaining("+wait") };
  await expect(scene.transport({ url, replicas: 1 }).open()).rejects.toMatchObject(refused);
});

test("replicas is a whole number, from 0", () => {
  for (const replicas of [-1, 0.5, Number.NaN, "1" as unknown as number]) {
    expect(() => createRedisTransport({ replicas })).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS" }));
  }
});
