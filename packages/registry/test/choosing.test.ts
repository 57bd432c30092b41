import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import type { AgentRegistry } from "../src/index.js";
import { openRegistry } from "./open-registry.js";

async function registerWorkers(registry: AgentRegistry, ids: readonly string[], maxConcurrentTasks = 4): Promise<void> {
  for (const id of ids) await registry.registerAgent({ id, capabilities: ["python"], maxConcurrentTasks });
}

const count = (ids: readonly (string | undefined)[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const id of ids) counts[String(id)] = (counts[String(id)] ?? 0) + 1;
  return counts;
};

describe.each(transportKinds)("on %s", (kind) => {
  test("an agent must have every capability, be alive, not draining, and below its limit", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registry.registerAgent({ id: "fits", capabilities: ["python", "api", "sql"], maxConcurrentTasks: 2 });
    await registry.registerAgent({ id: "lacks", capabilities: ["python"], maxConcurrentTasks: 2 });
    await registry.registerAgent({ id: "drains", capabilities: ["python", "api"], status: "draining" });
    await registry.registerAgent({ id: "off", capabilities: ["python", "api"], status: "offline" });
    await registry.registerAgent({ id: "full", capabilities: ["python", "api"], maxConcurrentTasks: 2 });
    await registry.updateHeartbeat("full", { currentTasks: 2 });
    await registry.registerAgent({ id: "watches", capabilities: ["python", "api"], maxConcurrentTasks: 0 });

    expect((await registry.findAvailableAgents(["api", "python"])).map((agent) => agent.id)).toEqual(["fits"]);
    expect(await registry.findBestAgent(["python", "api"])).toMatchObject({ id: "fits" });
    expect(await registry.findBestAgent(["python", "api"], { except: ["fits"] })).toBeUndefined();
    expect(await registry.findBestAgent(["cobol"])).toBeUndefined();
    expect(await registry.countAgents(["python", "api"])).toBe(2);
    expect(await registry.countAgents(["python", "api"], { except: ["full", "lacks"] })).toBe(1);
    expect(await registry.countAgents(["cobol"])).toBe(0);

    expect(await registry.explain(["python", "api"])).toMatchObject([
      { agent: { id: "fits" }, available: true, load: 0, missing: [], reason: "has 0 of 2 tasks" },
      { agent: { id: "drains" }, available: false, reason: "is draining" },
      { agent: { id: "full" }, available: false, load: 2, reason: "has 2 of 2 tasks" },
      { agent: { id: "lacks" }, available: false, missing: ["api"], reason: "lacks api" },
      { agent: { id: "off" }, available: false, reason: "is offline" },
      { agent: { id: "watches" }, available: false, reason: "takes no tasks" },
    ]);
  });

  test("changes of capabilities, limit and status count at the next choice", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registerWorkers(registry, ["worker-1"], 1);
    const best = async (...capabilities: string[]) => (await registry.findBestAgent(capabilities))?.id;
    expect(await best("python")).toBe("worker-1");
    expect(await best("rust")).toBeUndefined();
    await registry.updateHeartbeat("worker-1", { currentTasks: 1 });
    expect(await best("python")).toBeUndefined();
    await registry.updateHeartbeat("worker-1", { currentTasks: 0, status: "draining" });
    expect(await best("python")).toBeUndefined();
    await registry.updateHeartbeat("worker-1", { status: "idle" });
    expect(await best("python")).toBe("worker-1");
    await registry.registerAgent({ id: "worker-1", capabilities: ["rust"] });
    expect(await best("python")).toBeUndefined();
    expect(await best("rust")).toBe("worker-1");
    await registry.unregisterAgent("worker-1");
    expect(await best("rust")).toBeUndefined();
    expect(await registry.countAgents(["rust"])).toBe(0);
  });

  test("fresh sees an agent that registered elsewhere a moment ago", async () => {
    await using store = await openStore(kind);
    await using here = openRegistry(store);
    await using there = openRegistry(store);
    await here.findBestAgent(["python"]);
    for (let round = 0; round < 20; round++) {
      await there.registerAgent({ id: `worker-${round}`, capabilities: [`skill-${round}`] });
      const [found, shared] = await Promise.all([
        here.findBestAgent([`skill-${round}`], { fresh: true }),
        here.countAgents([`skill-${round}`], { fresh: true }),
      ]);
      expect(found).toMatchObject({ id: `worker-${round}` });
      expect(shared).toBe(1);
    }
  });

  test("two callers at once never share the last slot", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registerWorkers(registry, ["a", "b"], 2);
    const claims = await Promise.all(Array.from({ length: 6 }, () => registry.claimAgent(["python"])));
    expect(count(claims.map((claim) => claim?.agent.id))).toEqual({ a: 2, b: 2, undefined: 2 });
    claims[0]?.release();
    claims[0]?.release();
    expect((await registry.claimAgent(["python"]))?.agent.id).toBe(claims[0]?.agent.id);
    expect(await registry.claimAgent(["python"])).toBeUndefined();
  });

  test("a task given here and reported later counts once, somebody else's counts as well", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registerWorkers(registry, ["a"], 3);
    const load = async () => (await registry.explain([]))[0]?.load;
    const release = registry.reserve("a");
    expect(await load()).toBe(1);
    await registry.updateHeartbeat("a", { currentTasks: 1 });
    expect(await load()).toBe(1);
    await registry.updateHeartbeat("a", { currentTasks: 2 });
    expect(await load()).toBe(2);
    release();
    expect(await load()).toBe(1);
    await registry.updateHeartbeat("a", { currentTasks: 0 });
    expect(await load()).toBe(0);
  });

  test("the stats are those of all agents", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registerWorkers(registry, ["a", "b"], 4);
    await registry.registerAgent({ id: "boss", role: "supervisor", maxConcurrentTasks: 0 });
    await registry.updateHeartbeat("a", { currentTasks: 3, status: "busy" });
    await registry.updateHeartbeat("b", { currentTasks: 9 });
    expect(await registry.getRegistryStats()).toEqual({
      totalAgents: 3,
      availableAgents: 1,
      averageLoad: 0.875,
      totalSlots: 8,
      currentTasks: 12,
      byStatus: { active: 2, busy: 1, idle: 0, draining: 0, offline: 0 },
      byRole: { worker: 2, supervisor: 1 },
      capabilities: { python: 2 },
    });
  });
});

describe("strategies", () => {
  test("least-loaded takes the smallest share of slots, and spreads 1,000 tasks over 10 equal agents evenly", async () => {
    await using store = await openStore("memory");
    await using registry = openRegistry(store);
    await registry.registerAgent({ id: "large", capabilities: ["size"], maxConcurrentTasks: 10 });
    await registry.registerAgent({ id: "small", capabilities: ["size"], maxConcurrentTasks: 2 });
    await registry.updateHeartbeat("large", { currentTasks: 4 });
    await registry.updateHeartbeat("small", { currentTasks: 1 });
    expect(await registry.findBestAgent(["size"])).toMatchObject({ id: "large" });
    const ids = Array.from({ length: 10 }, (_, index) => `worker-${index}`);
    await registerWorkers(registry, ids, 100);
    const claims = await Promise.all(Array.from({ length: 1_000 }, () => registry.claimAgent(["python"])));
    expect(count(claims.map((claim) => claim?.agent.id))).toEqual(Object.fromEntries(ids.map((id) => [id, 100])));
    expect((await registry.getRegistryStats()).capabilities.python).toBe(10);
  });

  test("least-loaded takes turns among equals", async () => {
    await using store = await openStore("memory");
    await using registry = openRegistry(store);
    await registerWorkers(registry, ["a", "b", "c"]);
    const chosen = [];
    for (let turn = 0; turn < 9; turn++) chosen.push((await registry.findBestAgent(["python"]))?.id);
    expect(count(chosen)).toEqual({ a: 3, b: 3, c: 3 });
  });

  test("round-robin takes turns whatever the load, and passes over who is full", async () => {
    await using store = await openStore("memory");
    await using registry = openRegistry(store, { strategy: "round-robin" });
    await registerWorkers(registry, ["a", "b", "c", "full"]);
    await registry.updateHeartbeat("a", { currentTasks: 3 });
    await registry.updateHeartbeat("full", { currentTasks: 4 });
    const chosen = [];
    for (let turn = 0; turn < 6; turn++) chosen.push((await registry.findBestAgent(["python"]))?.id);
    expect(chosen.slice(3)).toEqual(chosen.slice(0, 3));
    expect(count(chosen)).toEqual({ a: 2, b: 2, c: 2 });
  });

  test("random takes any that is free", async () => {
    await using store = await openStore("memory");
    const throws = [0, 0.4, 0.99];
    await using registry = openRegistry(store, { strategy: "random", random: () => throws.shift() ?? 0 });
    await registerWorkers(registry, ["full", "a", "b", "c"]);
    await registry.updateHeartbeat("full", { currentTasks: 4 });
    const chosen = [];
    for (let turn = 0; turn < 3; turn++) chosen.push((await registry.findBestAgent(["python"]))?.id);
    expect(new Set(chosen)).toEqual(new Set(["a", "b", "c"]));
    expect(await registry.findBestAgent(["python"], { except: ["a", "b"] })).toMatchObject({ id: "c" });
    expect(await registry.findBestAgent(["python"], { except: ["a", "b", "c"] })).toBeUndefined();
  });

  test("a function chooses among the free ones and sees their load", async () => {
    await using store = await openStore("memory");
    const seen: unknown[] = [];
    await using registry = openRegistry(store, {
      strategy: (candidates, capabilities) => {
        seen.push(capabilities, candidates.map(({ agent, load }) => `${agent.id} ${load}`).sort());
        return candidates.find(({ agent }) => agent.id === "b");
      },
    });
    await registerWorkers(registry, ["a", "b", "full"]);
    await registry.updateHeartbeat("full", { currentTasks: 4 });
    registry.reserve("a");
    expect(await registry.findBestAgent(["python"])).toMatchObject({ id: "b" });
    expect(seen).toEqual([["python"], ["a 1", "b 0"]]);
    expect(await registry.findBestAgent(["python"], { except: ["b"] })).toBeUndefined();
    expect(await registry.findBestAgent(["cobol"])).toBeUndefined();
  });

  test("a function that throws, or chooses a stranger, is HANDLER_FAILED", async () => {
    await using store = await openStore("memory");
    let answer: () => never = () => {
      throw new Error("no idea");
    };
    await using registry = openRegistry(store, { strategy: () => answer() });
    await registerWorkers(registry, ["a"]);
    await expect(registry.findBestAgent(["python"])).rejects.toMatchObject({
      code: "HANDLER_FAILED",
      message: "the strategy threw: no idea",
    });
    answer = () => ({}) as never;
    await expect(registry.claimAgent(["python"])).rejects.toMatchObject({ code: "HANDLER_FAILED" });
  });
});
