import { crc32 } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shardOf } from "../src/index.js";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const queueOf = (agentId: string, lane = "m") => `${scene.namespace}:{${shardOf(agentId)}}:q:${agentId}:${lane}`;
const wire = (n: number) =>
  JSON.stringify({
    message_id: `m-${n}`,
    from_agent: "python",
    to_agent: "bob",
    message_type: "note",
    content: { n },
    priority: "high",
    timestamp: "2025-01-01T00:00:00Z",
  });

test("a stranger's plain XADD of the field message is received, also by a receiver that already waits", async () => {
  const transport = scene.transport();
  const receiving = transport.receive("bob", { waitMs: 5_000 });
  await expect.poll(() => transport.stats()).toMatchObject({ mailboxes: [{ agentId: "bob" }] });
  await scene.client.xadd(queueOf("bob", "h"), "*", "message", wire(1));
  const [delivery] = await receiving;
  expect(delivery?.message).toMatchObject({ id: "m-1", from: "python", priority: "high", content: { n: 1 } });
  await delivery?.ack();
});

test("a stranger who rings as the layout says wakes the receiver at once", async () => {
  const transport = scene.transport();
  const shard = shardOf("carol");
  const bell = `${scene.namespace}:{${shard}}:bell`;
  await transport.receive("carol");
  await expect.poll(async () => ((await scene.client.call("PUBSUB", "SHARDNUMSUB", bell)) as unknown[])[1]).toBe(1);
  const receiving = transport.receive("carol", { waitMs: 5_000 });
  await scene.client.xadd(queueOf("carol"), "*", "message", wire(1));
  const number = await scene.client.hincrby(bell, "n", 1);
  const rungAt = performance.now();
  await scene.client.spublish(bell, `${number} carol`);
  expect((await receiving).map(numberOf)).toEqual([1]);
  expect(performance.now() - rungAt).toBeLessThan(350);
});

test("a bit that flips in the stored bytes makes a dead letter with all fields, byte for byte", async () => {
  const transport = scene.transport();
  const body = Buffer.from(wire(1));
  const digest = "00000000";
  const foreign = Buffer.from([0, 255, 254, 13, 10]);
  await scene.client.call("XADD", [queueOf("dave"), "*", "message", body, "digest", digest, "__proto__", foreign]);
  expect(await transport.receive("dave")).toEqual([]);
  const [letter] = await transport.deadLetters("dave");
  expect(letter).toMatchObject({ reason: "unreadable", attempts: 1 });
  expect(letter?.detail).toContain("00000000");
  expect(Object.entries(letter?.raw ?? {}).map(([name, value]) => [name, Buffer.from(value)])).toEqual([
    ["message", body],
    ["digest", Buffer.from(digest)],
    ["__proto__", foreign],
  ]);
});

test("fields of one name, or of names that look alike, all stand in the dead letter: the last under its name", async () => {
  const transport = scene.transport();
  const name = (byte: number) => Buffer.from([byte]);
  const stored = ["a", "1", "a", "2", "a#2", "3", "a", "4", name(0xff), "5", name(0xfe), "6"];
  await scene.client.call("XADD", [queueOf("judy"), "*", ...stored]);
  expect(await transport.receive("judy")).toEqual([]);
  const [letter] = await transport.deadLetters("judy");
  const raw = Object.entries(letter?.raw ?? {}).map(([key, value]) => [key, String(Buffer.from(value))]);
  expect(raw).toEqual([
    ["a#4", "1"],
    ["a#3", "2"],
    ["a#2", "3"],
    ["a", "4"],
    ["\ufffd#2", "5"],
    ["\ufffd", "6"],
  ]);
});

test("twenty thousand fields of one name cost no more than others", async () => {
  const transport = scene.transport();
  const fields = Array.from({ length: 20_000 }, (_, index) => ["same", String(index)]).flat();
  await scene.client.call("XADD", [queueOf("kate"), "*", ...fields]);
  expect(await transport.receive("kate")).toEqual([]);
  const startedAt = performance.now();
  const [letter] = await transport.deadLetters("kate");
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(Object.keys(letter?.raw ?? {})).toHaveLength(20_000);
});

test.each(["", "x", "0x", " ", "+", "\n\u001b[2J"])(
  "a digest that is right but for %j around it does not match, and is shown in one line",
  async (more) => {
    const transport = scene.transport();
    const body = Buffer.from(wire(1));
    const right = crc32(body).toString(16).padStart(8, "0");
    const [agentId, digest] = more === "" ? ["lea", right.toUpperCase()] : ["max", more + right];
    await scene.client.call("XADD", [queueOf(agentId), "*", "message", body, "digest", digest]);
    const deliveries = await transport.receive(agentId);
    const letters = await transport.deadLetters(agentId);
    expect([deliveries.length, letters.length]).toEqual(more === "" ? [1, 0] : [0, 1]);
    for (const { detail } of letters) expect(detail).toMatch(/^[\x20-\x7e]+$/);
    await transport.purgeDeadLetters(agentId);
  },
);

test("an id that no dead letter can have is refused, or finds nothing", async () => {
  const transport = scene.transport();
  const beyond = "99999999999999999999-1";
  await expect(transport.deadLetters("noah", { after: beyond })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  expect(await transport.redrive("noah", [beyond])).toBe(0);
  expect(await transport.purgeDeadLetters("noah", [beyond, "x"])).toBe(0);
});

test("an entry with thousands of fields becomes a dead letter, and holds up nothing", async () => {
  const transport = scene.transport();
  const fields = Array.from({ length: 20_000 }, (_, index) => [`field-${index}`, "x"]).flat();
  await scene.client.call("XADD", [queueOf("erin"), "*", ...fields]);
  await transport.send(note("erin", 1));
  expect((await transport.receive("erin", { waitMs: 2_000 })).map(numberOf)).toEqual([1]);
  const [letter] = await transport.deadLetters("erin");
  expect(Object.keys(letter?.raw ?? {})).toHaveLength(20_000);
  // More than a script can hand on at once: it stays, and says so.
  await expect(transport.redrive("erin", [letter?.id ?? ""])).rejects.toMatchObject({ code: "STORE_FAILED" });
  expect(await transport.deadLetters("erin")).toHaveLength(1);
});

test("a stranger who reads the group holds a message for 30 seconds, and cannot settle another's", async () => {
  const transport = scene.transport();
  await transport.send(note("frank", 1));
  await transport.receive("frank", { leaseMs: 20 });
  const claimed = transport.receive("frank", { waitMs: 2_000 });
  const [delivery] = await claimed;
  await scene.client.xclaim(queueOf("frank"), "agents", "python-worker", 0, await onlyId("frank"));
  await expect(delivery?.ack()).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(await transport.stats()).toMatchObject({
    mailboxes: expect.arrayContaining([expect.objectContaining({ agentId: "frank", inFlight: 1 })]),
  });
});

test("what a stranger read and never settled is offered again, once the lease in its name is over", async () => {
  await scene.client.xadd(queueOf("ivan"), "*", "message", wire(1));
  await scene.client.xgroup("CREATE", queueOf("ivan"), "agents", "0");
  await scene.client.xreadgroup("GROUP", "agents", "py7f3a9c.400", "COUNT", 1, "STREAMS", queueOf("ivan"), ">");
  const transport = scene.transport();
  expect(await transport.receive("ivan")).toEqual([]);
  const [delivery] = await transport.receive("ivan", { waitMs: 2_000 });
  expect(delivery?.attempt).toBe(2);
  await delivery?.ack();
});

test("a key of a foreign type spoils its own mailbox only", async () => {
  const transport = scene.transport();
  await scene.client.set(queueOf("grace"), "no stream");
  const results = await transport.sendMany([note("grace", 1), note("henry", 1)]);
  expect(results).toMatchObject([{ code: "STORE_FAILED", outcome: "none" }, { stored: 1 }]);
  await expect(transport.receive("grace")).rejects.toMatchObject({ code: "STORE_FAILED" });
  expect((await transport.receive("henry")).map(numberOf)).toEqual([1]);
});

async function onlyId(agentId: string): Promise<string> {
  const [entry] = await scene.client.xrange(queueOf(agentId), "-", "+");
  return entry?.[0] ?? "";
}
