import { subscribeDiagnostics, type Transport } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import type { AgentRegistry } from "../src/index.js";
import { openRegistry } from "./open-registry.js";

function collect(registry: AgentRegistry): string[] {
  const told: string[] = [];
  registry.on("joined", (agent) => told.push(`joined ${agent.id}`));
  registry.on("left", (agent) => told.push(`left ${agent.id}`));
  registry.on("lost", (agent) => told.push(`lost ${agent.id}`));
  registry.on("updated", (agent, previous) => told.push(`updated ${agent.id} ${previous.status} ${agent.status}`));
  return told;
}

describe.each(transportKinds)("on %s", (kind) => {
  test("agents of another process join, change and leave, each told once", async () => {
    await using store = await openStore(kind);
    await using here = openRegistry(store);
    await using there = openRegistry(store);
    await there.registerAgent({ id: "before" });
    const told = collect(here);
    // Those that were there at the first look are listed, not told.
    expect((await here.listAgents()).map((agent) => agent.id)).toEqual(["before"]);
    await there.registerAgent({ id: "worker-1" });
    await expect.poll(() => told).toEqual(["joined worker-1"]);
    await there.updateHeartbeat("worker-1", { status: "busy" });
    await expect.poll(() => told.at(-1)).toBe("updated worker-1 active busy");
    await there.unregisterAgent("worker-1");
    await expect.poll(() => told.at(-1)).toBe("left worker-1");
    expect(told).toHaveLength(3);
  });

  test("an agent that stops beating is lost, not left, and the diagnostics say so", async () => {
    await using store = await openStore(kind);
    await using here = openRegistry(store);
    await using there = openRegistry(store, { heartbeatIntervalMs: 50, offlineAfterMs: 100 });
    const lost: string[] = [];
    const unsubscribe = subscribeDiagnostics("agent.lost", (event) => lost.push(event.agentId));
    const told = collect(here);
    await here.listAgents();
    await there.registerAgent({ id: "silent" });
    await expect.poll(() => told).toEqual(["joined silent", "lost silent"]);
    unsubscribe();
    expect(lost).toContain("silent");
  });

  test("a registration that takes an id over is an update with another session", async () => {
    await using store = await openStore(kind);
    await using here = openRegistry(store);
    await using there = openRegistry(store);
    const sessions: string[] = [];
    here.on("updated", (agent, previous) => sessions.push(previous.sessionId, agent.sessionId));
    const first = await here.registerAgent({ id: "worker-1" });
    const second = await there.registerAgent({ id: "worker-1" });
    await expect.poll(() => sessions).toEqual([first.sessionId, second.sessionId]);
  });

  test("a listener that throws is reported, and the next one is told", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    const told: string[] = [];
    registry.on("joined", () => {
      throw null;
    });
    const off = registry.on("joined", (agent) => told.push(agent.id));
    await registry.registerAgent({ id: "one" });
    off();
    await registry.registerAgent({ id: "two" });
    expect(told).toEqual(["one"]);
    expect(registry.reported).toMatchObject([{ code: "HANDLER_FAILED" }, { code: "HANDLER_FAILED" }]);
  });

  test("a listener whose promise fails is reported like one that throws", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    await registry.listAgents();
    registry.on("joined", (() => Promise.reject(new Error("later"))) as () => void);
    await registry.registerAgent({ id: "worker-1" });
    await expect.poll(() => registry.reported).toMatchObject([{ code: "HANDLER_FAILED" }]);
  });

  test("registering, beating and leaving are told on the diagnostics channels by who does it", async () => {
    await using store = await openStore(kind);
    await using registry = openRegistry(store);
    const told: string[] = [];
    const ends = (["registered", "status_changed", "heartbeat", "unregistered"] as const).map((step) =>
      subscribeDiagnostics(`agent.${step}`, (event) => told.push(`${step} ${event.agentId} ${event.status}`)),
    );
    await registry.registerAgent({ id: "told" });
    await registry.updateHeartbeat("told", { status: "busy" });
    await registry.updateHeartbeat("told");
    await registry.unregisterAgent("told");
    for (const end of ends) end();
    expect(told).toEqual([
      "registered told active",
      "status_changed told busy",
      "heartbeat told busy",
      "heartbeat told busy",
      "unregistered told busy",
    ]);
  });
});

test("an event name that does not exist is refused", async () => {
  await using store = await openStore("memory");
  await using registry = openRegistry(store);
  expect(() => registry.on("gone" as never, () => {})).toThrow("use one of joined, left, lost, updated");
});

test("where the store cannot be watched yet, listening is tried again until it can", async () => {
  await using store = await openStore("memory");
  const transport = store.transport();
  const { watch } = transport.records;
  let failures = 2;
  const records = {
    ...transport.records,
    watch: (...args: Parameters<typeof watch>) => {
      if (failures-- > 0) return Promise.reject(new Error("not reachable"));
      return watch(...args);
    },
  };
  const unreachable = { name: transport.name, records } as unknown as Transport;
  await using registry = openRegistry(store, { transport: unreachable });
  const told = collect(registry);
  await expect.poll(() => failures, { timeout: 10_000 }).toBe(-1);
  await registry.listAgents();
  await using other = openRegistry(store);
  await other.registerAgent({ id: "worker-1" });
  await expect.poll(() => told).toEqual(["joined worker-1"]);
  expect(registry.reported).toMatchObject([{ code: "STORE_FAILED" }, { code: "STORE_FAILED" }]);
});
