import { subscribeDiagnostics } from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { gate, openCoordinator, openWorker } from "./open-coordinator.js";

const TASK_EVENTS = [
  "queued",
  "assigned",
  "running",
  "progress",
  "retried",
  "completed",
  "failed",
  "canceled",
] as const;

describe.each(transportKinds)("on %s", (kind) => {
  test("the stats count what is open, what has ended, and how", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 2,
      tasks: {
        hold: () => done.opened,
        work: async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
        },
        fail: () => {
          throw Object.assign(new Error("no"), { retryable: false });
        },
      },
    });
    await using coordinator = openCoordinator(store);
    expect(await coordinator.getCoordinationStats()).toEqual({
      totalTasks: 0,
      queued: 0,
      assigned: 0,
      running: 0,
      completed: 0,
      failed: 0,
      canceled: 0,
      rejected: 0,
      expired: 0,
      completionRate: 0,
      averageExecutionTimeMs: 0,
      refusedAnswers: 0,
      messagesHandled: 0,
      messagesPerMinute: 0,
    });
    for (let n = 0; n < 3; n++) await (await coordinator.assignTask({ taskType: "work" })).result();
    await expect((await coordinator.assignTask({ taskType: "fail" })).result()).rejects.toThrow();
    for (let n = 0; n < 3; n++) await coordinator.assignTask({ taskType: "hold" });
    await expect.poll(async () => (await coordinator.getCoordinationStats()).running).toBe(2);
    const stats = await coordinator.getCoordinationStats();
    expect(stats).toMatchObject({
      totalTasks: 7,
      queued: 1,
      running: 2,
      completed: 3,
      failed: 1,
      completionRate: 0.75,
    });
    expect(stats.averageExecutionTimeMs).toBeGreaterThanOrEqual(15);
    expect(stats.messagesHandled).toBeGreaterThanOrEqual(6);
    expect(stats.messagesPerMinute).toBe(stats.messagesHandled);
    done.open();
    await expect
      .poll(() => coordinator.getCoordinationStats())
      .toMatchObject({ queued: 0, running: 0, completed: 6, totalTasks: 7 });
  });

  test("health: connected, agents registered, queue operational", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, {});
    await using coordinator = openCoordinator(store);
    expect(await coordinator.health()).toEqual({ connected: true, agentsRegistered: 1, queueOperational: true });
    await coordinator.start();
    expect(await coordinator.health()).toEqual({ connected: true, agentsRegistered: 2, queueOperational: true });
  });

  test("it registers as a supervisor that takes no tasks, and leaves nothing behind when it stops", async () => {
    await using store = await openStore(kind);
    const coordinator = openCoordinator(store);
    await coordinator.start();
    const transport = store.transport();
    const registry = createRegistry({ transport });
    expect(await registry.getAgent("boss")).toMatchObject({ role: "supervisor", maxConcurrentTasks: 0 });
    await coordinator.stop();
    await expect.poll(() => registry.getAgent("boss")).toBeUndefined();
    expect(await transport.records.list("coordinators")).toEqual([]);
    await registry.close();
  });

  test("a message to everybody reaches everybody", async () => {
    await using store = await openStore(kind);
    const heard: unknown[] = [];
    const worker = await openWorker(store, {});
    worker.onMessage("news", ({ content, priority }) => {
      heard.push([content, priority]);
    });
    await using coordinator = openCoordinator(store);
    // Everybody: whoever has looked into a mailbox.
    await expect.poll(async () => (await coordinator.broadcastMessage("ping.all", {})).stored).toBe(1);
    const receipt = await coordinator.broadcastMessage("news", { text: "lunch" }, "high");
    expect(receipt.stored).toBe(1);
    await expect.poll(() => heard).toEqual([[{ text: "lunch" }, "high"]]);
    await worker.stop();
  });

  test("each step of a task is told once on its diagnostics channel", async () => {
    await using store = await openStore(kind);
    const told: string[] = [];
    const ends = TASK_EVENTS.map((name) =>
      subscribeDiagnostics(`task.${name}`, ({ taskId, coordinatorId, agentId }) => {
        if (coordinatorId === "boss") told.push(`${taskId} ${name} ${agentId ?? "-"}`);
      }),
    );
    try {
      const hold = gate();
      await using _worker = await openWorker(store, {
        tasks: {
          work: async (_, { attempt, progress }) => {
            if (attempt === 1) throw new Error("once");
            progress(10);
            await hold.opened;
          },
        },
      });
      await using one = openCoordinator(store);
      await using two = openCoordinator(store);
      await two.start();
      const first = await one.assignTask({ taskType: "work" }, { taskId: "a" });
      await expect.poll(() => told).toContain("a running worker");
      const second = await one.assignTask({ taskType: "work" }, { taskId: "b" });
      await second.cancel();
      hold.open();
      await first.result();
    } finally {
      for (const end of ends) end();
    }
    expect(told.filter((line) => line.startsWith("a"))).toEqual([
      "a assigned worker",
      "a retried worker",
      "a assigned worker",
      "a running worker",
      "a completed worker",
    ]);
    expect(told.filter((line) => line.startsWith("b canceled"))).toHaveLength(1);
  });
});
