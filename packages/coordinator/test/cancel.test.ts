import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { aborted, finishedRecord, gate, openCoordinator, openWorker } from "./open-coordinator.js";

describe.each(transportKinds)("on %s", (kind) => {
  test("a running task canceled from another process ends at once, and its agent is told to stop", async () => {
    await using store = await openStore(kind);
    const told: unknown[] = [];
    await using worker = await openWorker(store, {
      tasks: {
        work: async (_, { signal }) => {
          told.push("started");
          told.push((await aborted(signal)).message);
        },
      },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    await expect.poll(() => told).toEqual(["started"]);
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    const sameTask = await elsewhere.getTask(task.taskId);
    expect(await sameTask.cancel("no longer needed")).toBe(true);
    await expect(task.result()).rejects.toMatchObject({
      code: "TASK_CANCELED",
      details: { reason: "no longer needed" },
    });
    await expect(sameTask.result()).rejects.toMatchObject({ code: "TASK_CANCELED" });
    await expect.poll(() => told).toEqual(["started", expect.stringContaining("no longer needed")]);
    await expect
      .poll(() => finishedRecord(worker.transport, task.taskId))
      .toMatchObject({
        state: "canceled",
        reason: "no longer needed",
        attempts: [{ outcome: "canceled" }],
      });
    // The agent's slot is free again.
    const next = await coordinator.assignTask({ taskType: "work" });
    await expect.poll(() => told).toHaveLength(3);
    await next.cancel();
  });

  test("a queued task canceled from another process never starts", async () => {
    await using store = await openStore(kind);
    const hold = gate();
    const runs: unknown[] = [];
    await using worker = await openWorker(store, {
      tasks: {
        hold: () => hold.opened,
        work: ({ n }) => {
          runs.push(n);
        },
      },
    });
    await using coordinator = openCoordinator(store);
    const first = await coordinator.assignTask({ taskType: "hold" });
    const second = await coordinator.assignTask({ taskType: "work", parameters: { n: 2 } });
    const third = await coordinator.assignTask({ taskType: "work", parameters: { n: 3 } });
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    expect(await (await elsewhere.getTask(second.taskId)).cancel()).toBe(true);
    await expect(second.result()).rejects.toMatchObject({ code: "TASK_CANCELED" });
    hold.open();
    await first.result();
    await third.result();
    expect(runs).toEqual([3]);
    await expect
      .poll(() => finishedRecord(worker.transport, second.taskId))
      .toMatchObject({
        state: "canceled",
        attempts: [],
      });
  });

  test("a task is canceled where nobody looks after it, and stays so when its coordinator comes back", async () => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, { tasks: { work: () => ({ done: true }) } });
    const before = openCoordinator(store, { whenNoAgent: "wait" });
    const { taskId } = await before.assignTask({ taskType: "work", requiredCapabilities: ["rare"] });
    await before.stop();
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    expect(await (await elsewhere.getTask(taskId)).cancel()).toBe(true);
    await using after = openCoordinator(store);
    await after.start();
    await expect.poll(() => finishedRecord(worker.transport, taskId)).toMatchObject({ state: "canceled" });
    expect((await after.getCoordinationStats()).queued).toBe(0);
  });

  test("the assigner cancels its own", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, {
      tasks: { work: (_, { signal }) => aborted(signal).then(() => null) },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    expect(await task.cancel("enough")).toBe(true);
    await expect(task.result()).rejects.toMatchObject({
      code: "TASK_CANCELED",
      message: expect.stringMatching(/enough/),
    });
    expect(await task.cancel()).toBe(false);
  });

  test("a task that has ended can't be canceled, and one that is not there neither", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ done: true }) } });
    await using coordinator = openCoordinator(store, { taskRetentionMs: 300 });
    const task = await coordinator.assignTask({ taskType: "work" });
    await task.result();
    expect(await task.cancel()).toBe(false);
    expect(await task.result()).toEqual({ done: true });
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    await expect(elsewhere.getTask("no-such-task")).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
    await expect.poll(() => task.cancel().catch((error) => error.code)).toBe("TASK_NOT_FOUND");
  });
});
