import type { Transport } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { openRegistry } from "./open-registry.js";

/** A transport whose answers to one kind of call to the records come when they are let go, and not before. */
function withLateAnswers(transport: Transport, late: "put" | "list") {
  let letGo = (): void => {};
  let made = (): void => {};
  const answered = new Promise<void>((resolve) => {
    made = resolve;
  });
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const records = new Proxy(transport.records, {
    get(target, name) {
      if (name !== late) return Reflect.get(target, name, target);
      const call = Reflect.get(target, late, target) as (...args: readonly unknown[]) => Promise<unknown>;
      return async (...args: readonly unknown[]) => {
        const answer = await call(...args);
        made();
        await released;
        return answer;
      };
    },
  });
  const slow = new Proxy(transport, {
    get(target, name) {
      if (name === "records") return records;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  // `answered` resolves once the store has answered, which nobody here knows yet.
  return { transport: slow, answered, letGo: () => letGo() };
}

describe.each(transportKinds)("on %s", (kind) => {
  test("an agent that was gone before its registry heard that it is stored does not stay in view", async () => {
    await using store = await openStore(kind);
    const outside = store.transport();
    const { transport, letGo } = withLateAnswers(store.transport(), "put");
    await using registry = openRegistry(store, { transport });
    expect(await registry.listAgents()).toEqual([]);
    const registering = registry.registerAgent({ id: "worker-1" });
    await expect.poll(() => registry.getAgent("worker-1")).toBeDefined();
    await outside.records.delete("agents", "worker-1");
    await expect.poll(() => registry.getAgent("worker-1")).toBeUndefined();
    letGo();
    await registering;
    await expect.poll(() => registry.getAgent("worker-1")).toBeUndefined();
  });

  test("an agent that went while all records were being read does not stay in view", async () => {
    await using store = await openStore(kind);
    await using there = openRegistry(store);
    const { transport, answered, letGo } = withLateAnswers(store.transport(), "list");
    await using here = openRegistry(store, { transport });
    await there.registerAgent({ id: "worker-1" });
    expect(await here.listAgents()).toMatchObject([{ id: "worker-1" }]);
    const refreshing = here.refresh();
    await answered;
    await there.unregisterAgent("worker-1");
    await expect.poll(() => here.getAgent("worker-1")).toBeUndefined();
    letGo();
    await refreshing;
    await expect.poll(() => here.getAgent("worker-1")).toBeUndefined();
  });
});
