import { openStore } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { createRegistry } from "../src/index.js";
import { openRegistry } from "./open-registry.js";

describe("options", () => {
  test.each([
    [{ transport: undefined }, "transport"],
    [{ heartbeatIntervalMs: 0 }, "heartbeatIntervalMs"],
    [{ offlineAfterMs: 10 }, "offlineAfterMs"],
    [{ strategy: "fastest" }, "strategy"],
    [{ onError: "x" }, "onError"],
    [{ clock: {} }, "clock"],
    [{ random: 5 }, "random"],
    [{ createId: "x" }, "createId"],
  ])("%j is refused by name", async (options, name) => {
    await using store = await openStore("memory");
    const make = () => createRegistry({ transport: store.transport(), ...options } as never);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS", message: expect.stringContaining(name) }));
  });
});

describe("registrations", () => {
  test.each([
    ["INVALID_OPTIONS", undefined, "registration"],
    ["INVALID_AGENT_ID", { id: "a/b" }, "id"],
    ["INVALID_AGENT_ID", { id: "__proto__" }, "id"],
    ["INVALID_OPTIONS", { id: "a", role: "" }, "role"],
    ["INVALID_OPTIONS", { id: "a", role: "x\ny" }, "role"],
    ["INVALID_OPTIONS", { id: "a", capabilities: "python" }, "capabilities"],
    ["INVALID_OPTIONS", { id: "a", capabilities: ["ok", 7] }, "capabilities[1]"],
    ["INVALID_OPTIONS", { id: "a", maxConcurrentTasks: -1 }, "maxConcurrentTasks"],
    ["INVALID_OPTIONS", { id: "a", maxConcurrentTasks: 1.5 }, "maxConcurrentTasks"],
    ["INVALID_OPTIONS", { id: "a", status: "asleep" }, "status"],
    ["INVALID_OPTIONS", { id: "a", metadata: [] }, "metadata"],
    ["INVALID_OPTIONS", { id: "a", metadata: { when: new Date(0) } }, "metadata"],
  ])("%s: %j", async (code, registration, field) => {
    await using store = await openStore("memory");
    await using registry = openRegistry(store);
    await expect(registry.registerAgent(registration as never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(field),
    });
    expect(await registry.listAgents()).toEqual([]);
  });
});

test("heartbeats and questions with wrong arguments are refused", async () => {
  await using store = await openStore("memory");
  await using registry = openRegistry(store);
  await registry.registerAgent({ id: "a" });
  const beat = (heartbeat: unknown) => registry.updateHeartbeat("a", heartbeat as never);
  await expect(beat({ status: "asleep" })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  await expect(beat({ currentTasks: -1 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  await expect(registry.getAgent("a b")).rejects.toMatchObject({ code: "INVALID_AGENT_ID" });
  await expect(registry.findBestAgent("python" as never)).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  await expect(registry.findAvailableAgents([], { maxResults: 0 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  expect(() => registry.reserve("")).toThrow(expect.objectContaining({ code: "INVALID_AGENT_ID" }));
});

test("null and what cannot be read are refused wherever options or a registration are taken", async () => {
  await using store = await openStore("memory");
  await using registry = openRegistry(store);
  await registry.registerAgent({ id: "a" });
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  for (const bad of [null, proxy, 5] as never[]) {
    const calls: Record<string, () => Promise<unknown>> = {
      registerAgent: () => registry.registerAgent(bad),
      metadata: () => registry.registerAgent({ id: "b", metadata: bad === null ? (5 as never) : bad }),
      capabilities: () => registry.explain(bad),
      updateHeartbeat: () => registry.updateHeartbeat("a", bad),
      listAgents: () => registry.listAgents(bad),
      countAgents: () => registry.countAgents([], bad),
      findAvailableAgents: () => registry.findAvailableAgents([], bad),
      findBestAgent: () => registry.findBestAgent([], bad),
      claimAgent: () => registry.claimAgent([], bad),
      except: () => registry.claimAgent([], { except: bad }),
    };
    for (const [name, call] of Object.entries(calls)) {
      await expect(call(), name).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
    }
  }
  expect((await registry.listAgents()).map(({ id }) => id)).toEqual(["a"]);
});

test("an event that is none, and a listener that is none, are refused", async () => {
  await using store = await openStore("memory");
  await using registry = openRegistry(store);
  for (const event of ["constructor", "moved", Symbol("joined"), undefined] as never[]) {
    expect(() => registry.on(event, () => {})).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS" }));
    expect(() => registry.off(event, () => {})).not.toThrow();
  }
  expect(() => registry.on("joined", "x" as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS" }));
});

test("what is registered shares no object with the caller, and nobody can change what others see", async () => {
  await using store = await openStore("memory");
  await using registry = openRegistry(store);
  const metadata = { labels: { zone: "eu" } };
  await registry.registerAgent({ id: "a", metadata });
  metadata.labels.zone = "us";
  const seen = await registry.getAgent("a");
  expect(seen?.metadata).toEqual({ labels: { zone: "eu" } });
  expect(() => Object.assign(seen?.metadata.labels as object, { zone: "us" })).toThrow(TypeError);
});

test("capabilities and roles named like parts of an object are only names", async () => {
  await using store = await openStore("memory");
  await using registry = openRegistry(store);
  await registry.registerAgent({ id: "a", role: "__proto__", capabilities: ["constructor", "__proto__"] });
  expect(await registry.findBestAgent(["__proto__"])).toMatchObject({ id: "a" });
  const { capabilities, byRole } = await registry.getRegistryStats();
  expect(Object.entries(capabilities)).toEqual([
    ["__proto__", 1],
    ["constructor", 1],
  ]);
  expect(Object.entries(byRole)).toEqual([["__proto__", 1]]);
});
