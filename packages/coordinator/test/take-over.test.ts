import { taskResponse } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS } from "@agentcomm/protocol/internal";
import { createRegistry } from "@agentcomm/registry";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { finishedRecord, openCoordinator, openWorker, recordsOf } from "./open-coordinator.js";
import { attemptOf, queuedTask } from "./task-record.js";

describe.each(transportKinds)("on %s", (kind) => {
  test("an answer that came while no coordinator ran counts, though its attempt and its task are overdue by now", async () => {
    await using store = await openStore(kind);
    const transport = store.transport();
    const registry = createRegistry({ transport });
    await registry.registerAgent({ id: "w1" });
    const ran = { state: "assigned", coordinatorId: "boss", ownerId: "dead", maxRetries: 0 } as const;
    const now = Date.now();
    const late = queuedTask({ ...ran, taskId: "late", deadlineAt: now + 60_000, attempts: [attemptOf(1, "w1")] });
    // An attempt is over with its task at the latest.
    const expired = { ...ran, attemptTimeoutMs: now, deadlineAt: now - 1_000, attempts: [attemptOf(1, "w1")] };
    const later = queuedTask({ ...expired, taskId: "later" });
    const never = queuedTask({ ...expired, taskId: "never" });
    for (const task of [late, later, never]) await transport.records.put(OPEN_TASKS, task.taskId, task);
    for (const taskId of ["late", "later"]) {
      const answer = { from: "w1", to: "boss", taskId, attempt: 1, status: "completed", result: "done" } as const;
      await transport.send(taskResponse(answer));
    }
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    for (const taskId of ["late", "later"]) {
      await expect.poll(() => finishedRecord(transport, taskId)).toMatchObject({ state: "completed", result: "done" });
    }
    await expect.poll(() => finishedRecord(transport, "never"), { timeout: 3_000 }).toMatchObject({ state: "expired" });
    await registry.close();
  });

  test("tasks of other coordinators are left alone, and so are those whose owner lives", async () => {
    await using store = await openStore(kind);
    const { records } = store.transport();
    const deadlineAt = Date.now() + 60_000;
    await records.put(OPEN_TASKS, "other", queuedTask({ taskId: "other", coordinatorId: "other", deadlineAt }));
    await records.put("coordinators", "owner-1", { coordinatorId: "boss", ownerId: "owner-1", startedAt: 0 });
    await records.put(OPEN_TASKS, "owned", queuedTask({ taskId: "owned", ownerId: "owner-1", deadlineAt }));
    await records.put(OPEN_TASKS, "orphan", queuedTask({ taskId: "orphan", ownerId: "dead", deadlineAt }));
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    expect(await coordinator.getCoordinationStats()).toMatchObject({ totalTasks: 1, queued: 1 });
    const { ownerId } = await (await coordinator.getTask("orphan")).status();
    expect(["owner-1", "dead"]).not.toContain(ownerId);
    expect((await recordsOf(coordinator.transport, "owned")).open).toMatchObject({ ownerId: "owner-1" });
    // When that owner goes, its tasks come.
    await records.delete("coordinators", "owner-1");
    await expect.poll(async () => (await coordinator.getCoordinationStats()).totalTasks).toBe(2);
    expect((await recordsOf(coordinator.transport, "other")).open).toMatchObject({ ownerId: "owner-1" });
  });

  test("what had ended and was not filed is filed, unchanged", async () => {
    await using store = await openStore(kind);
    const transport = store.transport();
    const ended = queuedTask({ state: "completed", result: 7, attempts: [attemptOf(1, "w1", "completed")] });
    await transport.records.put(OPEN_TASKS, "t1", ended);
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    await expect.poll(() => finishedRecord(transport, "t1")).toEqual(ended);
    expect((await coordinator.getCoordinationStats()).completed).toBe(0);
  });

  test("a task that had ended stays as it ended, whatever a killed assigner of the same id left behind", async () => {
    await using store = await openStore(kind);
    const transport = store.transport();
    const { records } = transport;
    const ended = queuedTask({ state: "completed", result: 7, attempts: [attemptOf(1, "w1", "completed")] });
    await records.put(FINISHED_TASKS, "t1", ended);
    // It died after the write, before it could find out that the id was taken and take the write back.
    await records.put(OPEN_TASKS, "t1", queuedTask({ ownerId: "dead", deadlineAt: Date.now() + 60_000 }));
    let runs = 0;
    await using _worker = await openWorker(store, {
      capabilities: ["files"],
      tasks: {
        count: () => {
          runs += 1;
          return 8;
        },
      },
    });
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    expect(await recordsOf(transport, "t1")).toEqual({ open: undefined, finished: ended });
    expect(await (await coordinator.getTask("t1")).result()).toBe(7);
    expect(runs).toBe(0);
    expect(coordinator.reported).toEqual([]);
  });

  test("an end that is filed already is not written over", async () => {
    await using store = await openStore(kind);
    const transport = store.transport();
    const { records } = transport;
    const ended = queuedTask({ state: "completed", result: 7, attempts: [attemptOf(1, "w1", "completed")] });
    await records.put(FINISHED_TASKS, "t1", ended);
    await records.put(OPEN_TASKS, "t1", { ...ended, result: 8 });
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    await expect.poll(() => recordsOf(transport, "t1")).toEqual({ open: undefined, finished: ended });
    expect(coordinator.reported).toEqual([]);
  });

  test("an answer to another coordinator's task is refused", async () => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, { tasks: { hold: () => new Promise(() => {}) } });
    await using mine = openCoordinator(store);
    await using other = openCoordinator(store, { id: "other" });
    await other.start();
    const { taskId } = await mine.assignTask({ taskType: "hold" });
    await worker.transport.send(
      taskResponse({ from: "worker", to: "other", taskId, attempt: 1, status: "completed", result: "misled" }),
    );
    await expect.poll(async () => (await other.getCoordinationStats()).refusedAnswers).toBe(1);
    expect((await recordsOf(worker.transport, taskId)).open?.coordinatorId).toBe("boss");
    await (await mine.getTask(taskId)).cancel();
    await worker.stop({ drainMs: 0 });
  });
});
