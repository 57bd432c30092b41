import { createRegistry } from "@agentcomm/registry";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { gate, openCoordinator, openWorker } from "./open-coordinator.js";

describe.each(transportKinds)("on %s", (kind) => {
  test("200 tasks for one agent with limit 4 all get done, and it never runs more than 4", async () => {
    await using store = await openStore(kind);
    let running = 0;
    let most = 0;
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 4,
      tasks: {
        work: async ({ n }) => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, Number(n) % 3));
          running -= 1;
          return { n: n as number };
        },
      },
    });
    await using coordinator = openCoordinator(store);
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const tasks = await Promise.all(
      numbers.map((n) => coordinator.assignTask({ taskType: "work", parameters: { n } })),
    );
    const results = await Promise.all(tasks.map((task) => task.result()));
    expect(results).toEqual(numbers.map((n) => ({ n })));
    expect(most).toBe(4);
    const records = await Promise.all(tasks.map((task) => task.status()));
    expect(records.flatMap(({ attempts }) => attempts).map(({ outcome }) => outcome)).not.toContain("busy");
  });

  test("two coordinators' surplus that is answered busy goes back to the queue and counts no attempt", async () => {
    await using store = await openStore(kind);
    let running = 0;
    let most = 0;
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 2,
      tasks: {
        work: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
          return { done: true };
        },
      },
    });
    await using one = openCoordinator(store, { id: "one", maxRetries: 0 });
    await using two = openCoordinator(store, { id: "two", maxRetries: 0 });
    const assignments = Array.from({ length: 60 }, (_, index) =>
      (index % 2 === 0 ? one : two).assignTask({ taskType: "work" }),
    );
    const tasks = await Promise.all(assignments);
    await Promise.all(tasks.map((task) => task.result()));
    expect(most).toBeLessThanOrEqual(2);
    const outcomes = (await Promise.all(tasks.map((task) => task.status()))).flatMap(({ attempts }) => attempts);
    expect(outcomes.map(({ outcome }) => outcome)).toContain("busy");
  });

  test("what waits is given out by urgency, and in order of arrival within it", async () => {
    await using store = await openStore(kind);
    const hold = gate();
    const order: unknown[] = [];
    await using _worker = await openWorker(store, {
      tasks: {
        hold: () => hold.opened,
        note: ({ name }) => {
          order.push(name);
        },
      },
    });
    await using coordinator = openCoordinator(store);
    await coordinator.assignTask({ taskType: "hold" });
    const tasks = [];
    for (const [name, priority] of [
      ["a", "low"],
      ["b", "medium"],
      ["c", "critical"],
      ["d", "medium"],
      ["e", "high"],
    ] as const) {
      tasks.push(await coordinator.assignTask({ taskType: "note", parameters: { name } }, { priority }));
    }
    hold.open();
    await Promise.all(tasks.map((task) => task.result()));
    expect(order).toEqual(["c", "e", "b", "d", "a"]);
  });

  test("tasks wait for the agents that can do them, and do not hold up others", async () => {
    await using store = await openStore(kind);
    const hold = gate();
    await using _rust = await openWorker(store, {
      id: "rust-1",
      capabilities: ["rust"],
      tasks: { work: () => hold.opened },
    });
    await using _go = await openWorker(store, {
      id: "go-1",
      capabilities: ["go"],
      tasks: { work: () => ({ by: "go" }) },
    });
    await using coordinator = openCoordinator(store);
    const assign = (capability: string) =>
      coordinator.assignTask({ taskType: "work", requiredCapabilities: [capability] });
    await assign("rust");
    const waiting = await assign("rust");
    expect(await (await assign("go")).result()).toEqual({ by: "go" });
    expect((await waiting.status()).state).toBe("queued");
    hold.open();
    expect(await waiting.result()).toBeNull();
  });

  test("least-loaded spreads 1,000 tasks over 10 equal agents within 10 %", async () => {
    await using store = await openStore(kind);
    const counts = new Map<string, number>();
    const transport = store.transport();
    const registry = createRegistry({ transport });
    const workers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => {
        const id = `worker-${index}`;
        const work = () => {
          counts.set(id, (counts.get(id) ?? 0) + 1);
        };
        return openWorker(store, { id, maxConcurrentTasks: 5, transport, registry, tasks: { work } });
      }),
    );
    await using coordinator = openCoordinator(store, { transport, registry });
    const tasks = await Promise.all(Array.from({ length: 1_000 }, () => coordinator.assignTask({ taskType: "work" })));
    await Promise.all(tasks.map((task) => task.result()));
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(1_000);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(90);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(110);
    await Promise.all(workers.map((worker) => worker.stop()));
    await registry.close();
  });
});
