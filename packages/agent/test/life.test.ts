import { defineTask } from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aborted, gate, isEmpty, openAgent, openBoss } from "./open-agent.js";

const anything = z.looseObject({});
const skilled = (type: string, ...requiredCapabilities: string[]) =>
  defineTask({ type, input: anything, output: anything, requiredCapabilities });

describe.each(transportKinds)("on %s", (kind) => {
  test("an agent registers with what its definitions require, and leaves when it stops", async () => {
    await using store = await openStore(kind);
    await using registry = createRegistry({ transport: store.transport() });
    const agent = openAgent(store, { role: "reviewer", maxConcurrentTasks: 2, metadata: { zone: "eu" } });
    agent.onTask(skilled("a", "python", "review"), () => ({}));
    agent.onTask(skilled("b", "review", "api"), () => ({}));
    await Promise.all([agent.start(), agent.start()]);
    await expect
      .poll(() => registry.getAgent("worker"))
      .toMatchObject({
        role: "reviewer",
        capabilities: ["api", "python", "review"],
        maxConcurrentTasks: 2,
        currentTasks: 0,
        status: "idle",
        metadata: { zone: "eu" },
      });
    await agent.stop();
    await agent.stop();
    await expect.poll(() => registry.getAgent("worker")).toBeUndefined();
    await expect(agent.start()).rejects.toMatchObject({ code: "CLOSED" });
    expect(agent.reported).toEqual([]);
  });

  test("capabilities that are given are those that count", async () => {
    await using store = await openStore(kind);
    await using registry = createRegistry({ transport: store.transport() });
    await using agent = openAgent(store, { registry, capabilities: ["cobol"] });
    agent.onTask(skilled("a", "python"), () => ({}));
    await agent.start();
    expect(await registry.getAgent("worker")).toMatchObject({ capabilities: ["cobol"] });
    await agent.stop();
    expect(await registry.listAgents()).toEqual([]);
  });

  test("tasks that take their time show in the record, and so does their end", async () => {
    await using store = await openStore(kind);
    await using registry = createRegistry({ transport: store.transport() });
    await using boss = openBoss(store);
    await using agent = openAgent(store, { maxConcurrentTasks: 2 });
    const holds = [gate(), gate()];
    agent.onTask("work", ({ n }) => holds[n as number]?.opened);
    await agent.start();
    await boss.assign("t0", { parameters: { n: 0 } });
    await expect.poll(() => registry.getAgent("worker")).toMatchObject({ status: "active", currentTasks: 1 });
    await boss.assign("t1", { parameters: { n: 1 } });
    await expect.poll(() => registry.getAgent("worker")).toMatchObject({ status: "busy", currentTasks: 2 });
    for (const hold of holds) hold.open();
    await expect.poll(() => registry.getAgent("worker")).toMatchObject({ status: "idle", currentTasks: 0 });
  });

  test("an agent that beats outlives its time to live", async () => {
    await using store = await openStore(kind);
    const beating = { heartbeatIntervalMs: 100, offlineAfterMs: 1_000 };
    await using registry = createRegistry({ transport: store.transport(), ...beating });
    const lost: string[] = [];
    const beats = new Set<number>();
    registry.on("lost", ({ id }) => lost.push(id));
    registry.on("updated", ({ lastHeartbeatAt }) => beats.add(lastHeartbeatAt));
    await using agent = openAgent(store, { registry });
    await agent.start();
    const startedAt = Date.now();
    await expect.poll(() => Math.max(...beats) - startedAt, { timeout: 10_000 }).toBeGreaterThan(2_000);
    expect(lost).toEqual([]);
  });

  test("stop lets what runs end, takes nothing new, and answers all of it", async () => {
    await using store = await openStore(kind);
    await using registry = createRegistry({ transport: store.transport() });
    await using boss = openBoss(store);
    const agent = openAgent(store, { maxConcurrentTasks: 2 });
    await using peer = openAgent(store, { id: "peer" });
    peer.onMessage("question", () => ({ answer: 42 }));
    const begun = gate();
    const go = gate();
    agent.onTask("work", async () => {
      begun.open();
      await go.opened;
      // While it drains it still reads its mailbox: an answer gets through.
      return await agent.request("peer", { type: "question", content: {} });
    });
    await Promise.all([agent.start(), peer.start()]);
    await boss.assign("t1");
    await begun.opened;
    const stopped = agent.stop();
    await expect.poll(() => registry.getAgent("worker")).toMatchObject({ status: "draining" });
    await boss.assign("t2");
    await expect
      .poll(() => boss.responses())
      .toMatchObject([{ taskId: "t2", status: "rejected", error: { type: "busy" } }]);
    go.open();
    await stopped;
    await expect
      .poll(() => boss.responses()[1])
      .toMatchObject({ taskId: "t1", status: "completed", result: { answer: 42 } });
    expect(await isEmpty(boss.transport, "worker")).toBe(true);
    await expect.poll(() => registry.getAgent("worker")).toBeUndefined();
  });

  test("a second stop cuts the first one short, and a message's handler is told as well", async () => {
    await using store = await openStore(kind);
    const agent = openAgent(store);
    const begun = gate();
    const told = gate<string>();
    agent.onMessage("note", async (_, { signal }) => {
      begun.open();
      told.open((await aborted(signal)).code);
    });
    await agent.start();
    const sender = store.transport();
    await sender.send({ from: "sender", to: "worker", type: "note", content: {} });
    await begun.opened;
    const first = agent.stop({ drainMs: 60_000 });
    await agent.stop({ drainMs: 10 });
    await first;
    expect(await told.opened).toBe("ABORTED");
    const [again] = await sender.receive("worker", { waitMs: 2_000 });
    expect(again).toMatchObject({ attempt: 2, message: { type: "note" } });
  });

  test("who loses its id to a newer registration stops, hands back, and leaves the newer one registered", async () => {
    await using store = await openStore(kind);
    await using registry = createRegistry({ transport: store.transport() });
    await using boss = openBoss(store);
    const older = openAgent(store, { heartbeatIntervalMs: 1_000 });
    const begun = gate();
    const told = gate<string>();
    older.onTask("work", async (_, { signal }) => {
      begun.open();
      told.open((await aborted(signal)).code);
    });
    await older.start();
    await boss.assign("t1");
    await begun.opened;
    await using newer = openAgent(store);
    newer.onTask("work", () => "by the newer");
    await newer.start();
    expect(await told.opened).toBe("ABORTED");
    await expect.poll(() => boss.responses()).toMatchObject([{ result: "by the newer" }]);
    await expect.poll(() => older.reported).toMatchObject([{ code: "AGENT_EXISTS" }]);
    await older.stop();
    await expect(older.start()).rejects.toMatchObject({ code: "CLOSED" });
    expect(await registry.findBestAgent([], { fresh: true })).toMatchObject({ id: "worker" });
  });

  test("an agent may send before it is started and after it stopped, but asks only while it can hear", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    const agent = openAgent(store);
    await agent.send("boss", { type: "note", content: { n: 1 } });
    await expect(agent.request("boss", { type: "note", content: {} })).rejects.toMatchObject({
      code: "INVALID_OPTIONS",
    });
    await agent.stop();
    await agent.send("boss", { type: "note", content: { n: 2 } });
    await expect.poll(() => boss.received.map(({ content }) => content)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("an agent whose transport is closed stops, and says why once", async () => {
    await using store = await openStore(kind);
    const agent = openAgent(store);
    await agent.start();
    await agent.transport.close();
    await agent.stop();
    expect(agent.reported).toMatchObject([{ code: "CLOSED" }]);
  });

  test("a start that fails leaves nothing behind and may be tried again", async () => {
    await using store = await openStore(kind);
    await using registry = createRegistry({ transport: store.transport() });
    let failures = 1;
    const registerAgent: typeof registry.registerAgent = async (registration) => {
      if (failures-- > 0) throw new Error("not now");
      return await registry.registerAgent(registration);
    };
    const flaky = new Proxy(registry, {
      get: (target, name) => {
        const value = name === "registerAgent" ? registerAgent : Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await using agent = openAgent(store, { registry: flaky });
    await expect(agent.start()).rejects.toThrow("not now");
    expect(await registry.listAgents()).toEqual([]);
    await agent.start();
    expect(await registry.listAgents()).toMatchObject([{ id: "worker" }]);
  });
});
