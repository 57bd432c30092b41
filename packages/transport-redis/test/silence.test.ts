import { setTimeout } from "node:timers/promises";
import { AgentCommError, type Transport } from "@agentcomm/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { note, openScene, type RedisScene } from "./scene.js";

let scene: RedisScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const TIMEOUT_MS = 300;

/** How long a plain timer of that length takes: on a busy machine whatever is timed takes longer, and that is not the transport's. */
async function timerMs(ms: number): Promise<number> {
  const startedAt = performance.now();
  await setTimeout(ms);
  return performance.now() - startedAt;
}

test("while Redis is stopped every public method ends within its timeoutMs and 100 ms", async () => {
  const transport = scene.transport({ timeoutMs: TIMEOUT_MS });
  for (let n = 0; n < 4; n++) await transport.send(note("bob", n));
  const held = await transport.receive("bob", { limit: 4 });
  const [first, second, third, fourth] = held;
  if (!first || !second || !third || !fourth) throw new Error("four messages were sent");
  const calls: Record<string, (transport: Transport) => Promise<unknown>> = {
    openMailbox: (t) => t.openMailbox("bob", { topics: ["news"] }),
    deleteMailbox: (t) => t.deleteMailbox("bob"),
    send: (t) => t.send(note("bob", 1)),
    broadcast: (t) => t.send(note("*", 1)),
    sendMany: async (t) => {
      const [result] = await t.sendMany([note("bob", 1)]);
      throw result;
    },
    receive: (t) => t.receive("bob"),
    settle: (t) => t.settle(first.token, { kind: "ack" }),
    ack: () => second.ack(),
    retry: () => third.retry(),
    reject: () => fourth.reject("no"),
    extend: () => first.extend(),
    deadLetters: (t) => t.deadLetters("bob"),
    redrive: (t) => t.redrive("bob"),
    purge: (t) => t.purgeDeadLetters("bob"),
    stats: (t) => t.stats(),
    get: (t) => t.records.get("jobs", "a"),
    list: (t) => t.records.list("jobs"),
    put: (t) => t.records.put("jobs", "a", 1),
    delete: (t) => t.records.delete("jobs", "a"),
    watch: (t) => t.records.watch("jobs", () => {}),
  };
  scene.server.pause();
  try {
    const calling = Promise.all(
      Object.entries(calls).map(async ([name, call]) => {
        const startedAt = performance.now();
        const error = await call(transport).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        return { name, ms: performance.now() - startedAt, error };
      }),
    );
    const limitMs = (await timerMs(TIMEOUT_MS)) + 100;
    for (const { name, ms, error } of await calling) {
      expect(AgentCommError.is(error) && ["TIMEOUT", "CONNECTION_LOST"].includes(error.code), `${name}: ${error}`).toBe(
        true,
      );
      expect(ms, name).toBeLessThan(limitMs);
    }
    const startedAt = performance.now();
    const timer = timerMs(TIMEOUT_MS);
    expect(await transport.health()).toMatchObject({ connected: false });
    const healthMs = performance.now() - startedAt;
    expect(healthMs).toBeLessThan((await timer) + 100);
    await expect(scene.transport({ timeoutMs: TIMEOUT_MS }).open()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  } finally {
    scene.server.resume();
  }
  await expect.poll(() => transport.health()).toMatchObject({ connected: true });
  await transport.send(note("bob", "after"));
});

test("a receiver that could not renew because Redis stood still keeps its delivery", async () => {
  const holder = scene.transport();
  const other = scene.transport();
  await other.receive("carol");
  await holder.send(note("carol", 1));
  const [delivery] = await holder.receive("carol", { leaseMs: 2_500 });
  const waiting = other.receive("carol", { waitMs: 4_500 });
  scene.server.pause();
  const pausedAt = performance.now();
  await expect.poll(() => performance.now() - pausedAt, { timeout: 5_000 }).toBeGreaterThan(3_000);
  scene.server.resume();
  await delivery?.extend(60_000);
  expect(await waiting).toEqual([]);
  await delivery?.ack();
});
