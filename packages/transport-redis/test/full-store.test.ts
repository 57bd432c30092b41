import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { note, numberOf, openScene, type RedisScene } from "./scene.js";

test.each(["allkeys-lru", "volatile-ttl"])("a server that may evict keys (%s) is refused", async (policy) => {
  await using scene = await openScene({ config: { "maxmemory-policy": policy } });
  const refused = { code: "UNSAFE_CONFIGURATION", details: { setting: "maxmemory-policy", value: policy } };
  await expect(scene.transport().open()).rejects.toMatchObject(refused);
  await expect(scene.transport().send(note("bob", 1))).rejects.toMatchObject(refused);
  await scene.client.config("SET", "maxmemory-policy", "noeviction");
  await scene.transport().open();
});

test("a server that becomes unsafe while it is away is told of when it is back", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  await transport.open();
  await scene.client.config("SET", "maxmemory-policy", "allkeys-lru");
  await scene.client.call("CLIENT", "KILL", "TYPE", "normal");
  await expect.poll(() => scene.troubles.map((trouble) => trouble.code)).toContain("UNSAFE_CONFIGURATION");
  expect((await transport.health()).warnings.join()).toContain("maxmemory-policy is allkeys-lru");
});

/** Leaves no room for another message. */
async function fill({ client }: RedisScene): Promise<void> {
  const used = Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
  await client.config("SET", "maxmemory", String(used));
}

test("with memory full, sends and puts are refused with nothing stored, and everything can be drained", async () => {
  await using scene = await openScene();
  const transport = scene.transport();
  for (let n = 0; n < 6; n++) await transport.send(note("bob", n));
  await transport.send(note("bob", "later"), { delayMs: 100 });
  await transport.records.put("jobs", "a", 1);
  await transport.receive("bob", { limit: 1, leaseMs: 50 });
  await fill(scene);
  await expect(transport.send(note("bob", "more"))).rejects.toMatchObject({ code: "STORAGE_FULL", outcome: "none" });
  await expect(transport.send(note("new", "more"))).rejects.toMatchObject({ code: "STORAGE_FULL", outcome: "none" });
  await expect(transport.records.put("jobs", "b", 1)).rejects.toMatchObject({ code: "STORAGE_FULL", outcome: "none" });
  expect(await transport.records.get("jobs", "a")).toMatchObject({ value: 1 });
  expect(await transport.records.delete("jobs", "a")).toBe(true);

  const [first, second, third] = await transport.receive("bob", { limit: 3 });
  await first?.retry({ delayMs: 50, reason: "again" });
  await second?.reject("no");
  await third?.extend();
  await third?.ack();
  const drained = new Set<unknown>();
  const subscription = transport.subscribe("bob", async (delivery) => {
    drained.add(numberOf(delivery));
  });
  await expect.poll(() => transport.stats()).toMatchObject({ ready: 0, inFlight: 0, delayed: 0, dead: 1 });
  await subscription.stop();
  expect(drained).toContain("later");
  expect(await transport.purgeDeadLetters("bob")).toBe(1);
  await transport.deleteMailbox("bob");

  await scene.client.config("SET", "maxmemory", "0");
  await transport.send(note("bob", "room again"));
});

async function saveUntil({ client }: RedisScene, status: "ok" | "err"): Promise<void> {
  await client.bgsave();
  await expect
    .poll(() => client.info("persistence"), { timeout: 10_000 })
    .toMatch(new RegExp(`rdb_bgsave_in_progress:0[^]*rdb_last_bgsave_status:${status}`));
}

test("while the disk is full, sends are refused, and an ack waits until it can be written", async () => {
  await using scene = await openScene({ config: { save: "60 1" } });
  const transport = scene.transport();
  await transport.send(note("bob", 1));
  const [delivery] = await transport.receive("bob");
  // A snapshot that cannot be written has the server refuse all writes, as a full disk does.
  const snapshot = join(scene.server.dir, "dump.rdb");
  await rm(snapshot, { force: true });
  await mkdir(snapshot);
  await saveUntil(scene, "err");
  await expect(transport.send(note("bob", 2))).rejects.toMatchObject({ code: "STORAGE_FULL", outcome: "none" });
  const acking = delivery?.ack();
  await rmdir(snapshot);
  await saveUntil(scene, "ok");
  await acking;
  await transport.send(note("bob", 2));
  expect(await transport.stats()).toMatchObject({ ready: 1, inFlight: 0 });
});
