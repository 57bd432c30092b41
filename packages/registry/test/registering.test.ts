import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { openRegistry } from "./open-registry.js";

const worker = { id: "worker-1", role: "worker", capabilities: ["python", "api"], maxConcurrentTasks: 3 };

describe.each(transportKinds)("on %s", (kind) => {
  test("who registers an agent finds it at once, complete", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    const registered = await registry.registerAgent({ ...worker, metadata: { zone: "eu" } });
    expect(registered).toMatchObject({
      id: "worker-1",
      role: "worker",
      capabilities: ["api", "python"],
      maxConcurrentTasks: 3,
      currentTasks: 0,
      status: "active",
      metadata: { zone: "eu" },
    });
    expect(await registry.getAgent("worker-1")).toEqual(registered);
    expect(await registry.listAgents()).toEqual([registered]);
  });

  test("an agent of another process is seen, with what it reports", async () => {
    await using store = await openStore(kind);
    await using here = openRegistry(store);
    await using there = openRegistry(store);
    expect(await here.getAgent("worker-1")).toBeUndefined();
    await there.registerAgent(worker);
    await there.updateHeartbeat("worker-1", { status: "busy", currentTasks: 2 });
    await expect.poll(() => here.getAgent("worker-1")).toMatchObject({ status: "busy", currentTasks: 2 });
    await there.unregisterAgent("worker-1");
    await expect.poll(() => here.getAgent("worker-1")).toBeUndefined();
  });

  test("agents that registered before the registry was made are there at its first call", async () => {
    await using store = await openStore(kind);
    await using there = openRegistry(store);
    await there.registerAgent(worker);
    await using here = openRegistry(store);
    expect(await here.getAgent("worker-1")).toMatchObject({ id: "worker-1" });
  });

  test("the newest registration of an id wins, and the older holder is refused", async () => {
    await using store = await openStore(kind);
    await using older = openRegistry(store);
    await using newer = openRegistry(store);
    const first = await older.registerAgent(worker);
    const second = await newer.registerAgent({ ...worker, capabilities: ["rust"] });
    expect(second.sessionId).not.toBe(first.sessionId);
    await expect(older.updateHeartbeat("worker-1")).rejects.toMatchObject({ code: "AGENT_EXISTS" });
    await expect(older.unregisterAgent("worker-1")).rejects.toMatchObject({ code: "AGENT_EXISTS" });
    expect(await newer.updateHeartbeat("worker-1")).toMatchObject({ capabilities: ["rust"] });
  });

  test("a shared id is held by several and goes with the last of them", async () => {
    await using store = await openStore(kind);
    await using one = openRegistry(store);
    await using two = openRegistry(store);
    const supervisor = { id: "boss", role: "supervisor", maxConcurrentTasks: 0, shared: true };
    await one.registerAgent(supervisor);
    await two.registerAgent(supervisor);
    await one.updateHeartbeat("boss");
    await two.updateHeartbeat("boss");
    expect(await one.unregisterAgent("boss")).toBe(true);
    expect(await two.updateHeartbeat("boss")).toMatchObject({ id: "boss" });
    expect(await two.unregisterAgent("boss")).toBe(true);
    await expect.poll(() => one.getAgent("boss")).toBeUndefined();
    await using three = openRegistry(store);
    expect(await three.getAgent("boss")).toBeUndefined();
  });

  test("a holder of a shared id that died does not keep it when the last one leaves", async () => {
    await using store = await openStore(kind);
    let now = 1_000_000;
    const clock = { now: () => now, monotonic: () => performance.now(), timer: () => () => {} };
    await using dead = openRegistry(store, { clock });
    await using alive = openRegistry(store, { clock });
    const supervisor = { id: "boss", maxConcurrentTasks: 0, shared: true };
    await dead.registerAgent(supervisor);
    await alive.registerAgent(supervisor);
    now += 91_000;
    await alive.updateHeartbeat("boss");
    await alive.unregisterAgent("boss");
    expect(await alive.getAgent("boss")).toBeUndefined();
  });

  test("a beat registers again what is gone from the store", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    const registered = await registry.registerAgent(worker);
    await store.transport().records.delete("agents", "worker-1");
    await expect.poll(() => registry.getAgent("worker-1")).toBeUndefined();
    expect(await registry.updateHeartbeat("worker-1", { currentTasks: 1 })).toEqual({
      ...registered,
      currentTasks: 1,
      lastHeartbeatAt: expect.any(Number),
    });
    expect(await registry.getAgent("worker-1")).toMatchObject({ currentTasks: 1 });
  });

  test("a beat for an agent that was never registered is refused", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await expect(registry.updateHeartbeat("nobody")).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });
    await using other = openRegistry(store);
    await other.registerAgent(worker);
    await expect(registry.updateHeartbeat("worker-1")).rejects.toMatchObject({ code: "AGENT_EXISTS" });
    expect(await registry.unregisterAgent("nobody")).toBe(false);
  });

  test("a beat under way when the agent unregisters does not bring it back", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registry.registerAgent(worker);
    const beats = Array.from({ length: 5 }, () => registry.updateHeartbeat("worker-1"));
    const left = registry.unregisterAgent("worker-1");
    const late = registry.updateHeartbeat("worker-1");
    await expect(late).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });
    await Promise.all(beats);
    expect(await left).toBe(true);
    expect(await store.transport().records.list("agents")).toEqual([]);
  });

  test("an agent that stops beating is gone after its time to live; one that beats is not", async () => {
    await using store = await openStore(kind);
    await using here = openRegistry(store);
    await using there = openRegistry(store, { heartbeatIntervalMs: 50, offlineAfterMs: 300 });
    await there.registerAgent({ ...worker, id: "silent" });
    await there.registerAgent({ ...worker, id: "beating" });
    await expect
      .poll(async () => {
        await there.updateHeartbeat("beating");
        return await here.getAgent("silent");
      })
      .toBeUndefined();
    expect(await here.getAgent("beating")).toMatchObject({ id: "beating" });
  });

  test("a record that is no agent is reported, passed over, and replaced by a registration", async () => {
    await using store = await openStore(kind);
    await store.transport().records.put("agents", "worker-1", { id: "somebody-else" });
    await using registry = openRegistry(store);
    expect(await registry.listAgents()).toEqual([]);
    expect(registry.reported).toMatchObject([
      { code: "INVALID_MESSAGE", details: { agentId: "worker-1", field: "id" } },
    ]);
    await registry.registerAgent(worker);
    expect(await registry.getAgent("worker-1")).toMatchObject({ role: "worker" });
  });

  test("closing unregisters nobody, and what is closed refuses", async () => {
    await using store = await openStore(kind);
    const registry = openRegistry(store);
    await registry.registerAgent(worker);
    await registry.close();
    await registry.close();
    for (const call of [
      () => registry.getAgent("worker-1"),
      () => registry.findBestAgent([]),
      () => registry.registerAgent(worker),
      () => registry.updateHeartbeat("worker-1"),
      () => registry.unregisterAgent("worker-1"),
      () => registry.getRegistryStats(),
      () => registry.explain([]),
      () => registry.refresh(),
      async () => registry.on("joined", () => {}),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "CLOSED" });
    }
    await using another = openRegistry(store);
    expect(await another.getAgent("worker-1")).toMatchObject({ id: "worker-1" });
  });
});
