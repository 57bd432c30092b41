import type { Transport } from "@agentcomm/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shardOf } from "../src/index.js";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
let transport: Transport;
beforeAll(async () => {
  scene = await openScene();
  transport = scene.transport();
});
afterAll(() => scene[Symbol.asyncDispose]());

const keyIn = (shard: number, name: string) => `${scene.namespace}:{${shard}}:${name}`;
const keyOf = (agentId: string, name: string) => keyIn(shardOf(agentId), name);
const FAILED = { code: "STORE_FAILED" };
const REFUSED = { ...FAILED, outcome: "none" };

/** Sees to it that the key holds a text while something is done, and is gone afterwards. */
async function spoiled(key: string, work: () => Promise<unknown>): Promise<void> {
  await scene.client.set(key, "of another type");
  await work();
  await scene.client.del(key);
}

async function statsOf(agentId: string) {
  const { mailboxes } = await transport.stats();
  return mailboxes.find((mailbox) => mailbox.agentId === agentId);
}

test("a send that was refused is stored when it is repeated with the same idempotency key", async () => {
  const send = () => transport.send(note("ann", 1), { idempotencyKey: "once" });
  // From now on there is room for certain, and none is counted.
  await transport.send(note("ann", 0));
  await spoiled(keyOf("ann", "q:ann:m"), () => expect(send()).rejects.toMatchObject(REFUSED));
  expect(await send()).toMatchObject({ duplicate: false });
  expect(await send()).toMatchObject({ duplicate: true });
  expect((await transport.receive("ann")).map(numberOf)).toEqual([1]);
});

test.each(["due", "held:bob", "later:bob"])("a delayed send that was refused is nowhere: %s", async (name) => {
  await transport.openMailbox("bob");
  const send = () => transport.send(note("bob", 1), { delayMs: 1 });
  await spoiled(keyOf("bob", name), () => expect(send()).rejects.toMatchObject(REFUSED));
  expect(await statsOf("bob")).toMatchObject({ ready: 0, delayed: 0 });
  expect(await scene.client.exists(keyOf("bob", "held:bob"), keyOf("bob", "later:bob"))).toBe(0);
  await transport.deleteMailbox("bob", { discard: true });
});

test("a mailbox that is first sent to while the list of mailboxes is spoiled is listed afterwards, as are its neighbours", async () => {
  await transport.send(note("carl", 1));
  await spoiled(keyOf("carl", "boxes"), () => expect(transport.send(note("carl", 2))).resolves.toBeDefined());
  await spoiled(keyOf("dora", "boxes"), () => expect(transport.send(note("dora", 1))).rejects.toMatchObject(REFUSED));
  await transport.send(note("dora", 2));
  expect(await statsOf("dora")).toMatchObject({ ready: 1 });
  await transport.openMailbox("carl");
  expect(await statsOf("carl")).toMatchObject({ ready: 2 });
});

test("what was given back is offered again, also when the note of that is gone", async () => {
  await transport.send(note("eve", 1));
  for (const delivery of await transport.receive("eve")) await delivery.retry({ reason: "again" });
  await spoiled(keyOf("eve", "due"), () => expect(transport.receive("eve")).rejects.toMatchObject(FAILED));
  const other = scene.transport();
  expect((await other.receive("eve", { waitMs: 2_000 })).map(numberOf)).toEqual([1]);
});

test("what was held back is offered again at once when the note is gone of until when", async () => {
  for (const n of [1, 2]) await transport.send(note("gwen", n));
  const [first, second] = await transport.receive("gwen", { limit: 2 });
  await first?.retry({ delayMs: 60_000 });
  await scene.client.del(keyOf("gwen", "held:gwen"));
  await second?.retry({ delayMs: 60_000 });
  await transport.send(note("gwen", 3), { delayMs: 60_000 });
  const other = scene.transport();
  expect((await other.receive("gwen", { limit: 10, waitMs: 2_000 })).map(numberOf)).toEqual([1]);
  expect(await statsOf("gwen")).toMatchObject({ delayed: 2, inFlight: 1 });
});

test.each(["held:fay", "due", "notes:fay"])(
  "a retry that the store refused leaves the message to its lease: %s",
  async (name) => {
    await transport.send(note("fay", 1));
    const [delivery] = await transport.receive("fay", { leaseMs: 300 });
    const retry = () => delivery?.retry({ delayMs: 1, reason: "again" });
    await spoiled(keyOf("fay", name), () => expect(retry()).rejects.toMatchObject(FAILED));
    const other = scene.transport();
    const [again] = await other.receive("fay", { waitMs: 5_000 });
    expect(again?.attempt).toBe(2);
    await again?.ack();
  },
);

test("what one mailbox cannot bury keeps no other from being settled", async () => {
  await transport.send(note("gil", 1));
  await transport.send(note("hal", 1));
  const [bad] = await transport.receive("gil");
  const [good] = await transport.receive("hal");
  await spoiled(keyOf("gil", "dead:gil"), async () => {
    const outcomes = await Promise.allSettled([bad?.reject("no"), good?.ack()]);
    expect(outcomes).toMatchObject([{ reason: FAILED }, { status: "fulfilled" }]);
  });
  await bad?.reject("no");
  expect(await transport.deadLetters("gil")).toHaveLength(1);
  expect(await statsOf("hal")).toMatchObject({ ready: 0, inFlight: 0 });
});

test("what one shard cannot note keeps no other from renewing its leases", async () => {
  await transport.send(note("ida", 1));
  await transport.send(note("joan", 1));
  const [bad] = await transport.receive("ida");
  const [good] = await transport.receive("joan");
  expect(shardOf("ida")).not.toBe(shardOf("joan"));
  await spoiled(keyOf("ida", "due"), async () => {
    await Promise.all([bad?.extend(60_000), good?.extend(60_000)]);
  });
  await bad?.ack();
  await good?.ack();
});

test("a lane of a foreign type keeps no message of another lane back", async () => {
  for (const priority of ["critical", "medium"] as const) await transport.send(note("kim", priority, priority));
  await spoiled(keyOf("kim", "q:kim:h"), async () => {
    const deliveries = await transport.receive("kim", { limit: 10 });
    expect(deliveries.map(numberOf)).toEqual(["critical", "medium"]);
    for (const delivery of deliveries) await delivery.ack();
    await expect(transport.receive("kim")).rejects.toMatchObject(FAILED);
  });
  await transport.send(note("kim", "high", "high"));
  expect((await transport.receive("kim")).map(numberOf)).toEqual(["high"]);
});

test("a message whose notes are spoiled is offered again without them, and can be acked", async () => {
  await transport.send(note("lee", 1));
  for (const delivery of await transport.receive("lee")) await delivery.retry({ reason: "again" });
  await spoiled(keyOf("lee", "notes:lee"), async () => {
    const [delivery] = await transport.receive("lee");
    expect(delivery?.attempt).toBe(2);
    await delivery?.ack();
  });
  expect(await statsOf("lee")).toMatchObject({ ready: 0, inFlight: 0 });
});

test.each(["no JSON", "7", "{}", "[7, 7]", "[1e300]"])(
  "a note of a stranger's keeps no message back, nor another mailbox: %s",
  async (text) => {
    await transport.send(note("nia", 1));
    await transport.send(note("oda", 1));
    for (const delivery of await transport.receive("nia")) await delivery.retry({ reason: "again" });
    const [field = ""] = await scene.client.hkeys(keyOf("nia", "notes:nia"));
    await scene.client.hset(keyOf("nia", "notes:nia"), field, text);
    const [[spoilt], [good]] = await Promise.all([transport.receive("nia"), transport.receive("oda")]);
    await good?.ack();
    await spoilt?.retry({ reason: "once more" });
    const [again] = await transport.receive("nia");
    expect(again?.attempt).toBe(3);
    await again?.ack();
  },
);

test("what was read beside a look that failed is given back, and counts no attempt", async () => {
  await transport.sendMany(Array.from({ length: 200 }, (_, n) => note("mia", n)));
  for (const delivery of await transport.receive("mia", { limit: 64 })) await delivery.ack();
  await spoiled(keyOf("mia", "due"), () =>
    expect(transport.receive("mia", { limit: 64 })).rejects.toMatchObject(FAILED),
  );
  const deliveries = await transport.receive("mia", { limit: 64 });
  expect(deliveries.map(numberOf)).toEqual(Array.from({ length: 64 }, (_, n) => n + 64));
  expect(deliveries.every(({ attempt }) => attempt === 1)).toBe(true);
});

test("a spoiled bell is a lost ring: what is sent is stored, and found by the poll of who waits", async () => {
  await transport.openMailbox("ned");
  await spoiled(keyOf("ned", "bell"), async () => {
    expect(await transport.send(note("ned", 1))).toMatchObject({ duplicate: false });
  });
  const [delivery] = await transport.receive("ned", { waitMs: 5_000 });
  await delivery?.ack();
});

test.each(["data", "keys", "ttl", "version", "log"])(
  "a collection whose %s are spoiled keeps no other from being used",
  async (part) => {
    const { records } = transport;
    const bad = `bad-${part}`;
    await records.put(bad, "old", 1);
    await spoiled(keyOf(bad, `rec:${bad}:${part}`), async () => {
      const written = await Promise.allSettled([records.put(bad, "key", 1), records.put("good", part, 1)]);
      expect(written).toMatchObject([{ reason: FAILED }, { status: "fulfilled" }]);
      const read = await Promise.allSettled([records.get(bad, "key"), records.get("good", part)]);
      expect(read[1]).toMatchObject({ status: "fulfilled", value: { value: 1 } });
    });
    await records.put(bad, "new", 2);
    expect((await records.get(bad, "new"))?.value).toBe(2);
    expect((await records.list(bad)).map(({ key }) => key)).toContain("new");
    await records.delete(bad, "new");
  },
);
