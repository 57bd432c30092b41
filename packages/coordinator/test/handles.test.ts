import { defineTask } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { TaskUpdate } from "../src/index.js";
import { finishedRecord, gate, openCoordinator, openWorker } from "./open-coordinator.js";

async function collect(updates: AsyncIterable<TaskUpdate>): Promise<TaskUpdate[]> {
  const all: TaskUpdate[] = [];
  for await (const update of updates) all.push(update);
  return all;
}

describe.each(transportKinds)("on %s", (kind) => {
  test("the events of a task end with the terminal one, and so does the iteration", async () => {
    await using store = await openStore(kind);
    const steps = [gate(), gate()];
    await using _worker = await openWorker(store, {
      tasks: {
        work: async (_, { attempt, progress }) => {
          if (attempt === 1) throw new Error("at first");
          progress(25, "reading");
          await steps[0]?.opened;
          progress(75, "writing");
          await steps[1]?.opened;
          return { ok: true };
        },
      },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const seen: TaskUpdate[] = [];
    for await (const update of task) {
      seen.push(update);
      if (update.detail === "reading") steps[0]?.open();
      if (update.detail === "writing") steps[1]?.open();
    }
    expect(seen.map(({ kind }) => kind)).toEqual([
      "assigned",
      "retried",
      "assigned",
      "running",
      "progress",
      "completed",
    ]);
    expect(seen[1]).toMatchObject({ attempt: 1, agentId: "worker", error: { message: "at first" } });
    expect(seen[3]).toMatchObject({ attempt: 2, completionPercentage: 25, detail: "reading" });
    expect(seen[5]).toMatchObject({ completionPercentage: 100 });
    expect(await collect(task)).toMatchObject([{ kind: "completed" }]);
  });

  test("a task is followed from another process, to the same result and the same end", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using _worker = await openWorker(store, {
      tasks: { work: () => done.opened.then(() => ({ findings: ["a"] })) },
    });
    await using coordinator = openCoordinator(store);
    const { taskId } = await coordinator.assignTask({ taskType: "work" });
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    const definition = defineTask({
      type: "work",
      input: z.object({}),
      output: z.object({ findings: z.array(z.string()) }),
    });
    const task = await elsewhere.getTask(taskId, definition);
    expect(["assigned", "running"]).toContain((await task.status()).state);
    const result = task.result();
    const updates = collect(task);
    // Both follow it before it goes on.
    const iterator = task[Symbol.asyncIterator]();
    expect((await iterator.next()).value?.kind).toMatch(/assigned|running/);
    done.open();
    expect((await result).findings).toEqual(["a"]);
    expect((await updates).at(-1)).toMatchObject({ kind: "completed", taskId });
    await iterator.return?.();
    expect(await (await elsewhere.getTask(taskId)).result()).toEqual({ findings: ["a"] });
  });

  test("a finished task is found as long as it is kept", async () => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    await using coordinator = openCoordinator(store, { taskRetentionMs: 400 });
    const { taskId } = await coordinator.assignTask({ taskType: "work" });
    await expect.poll(() => finishedRecord(worker.transport, taskId)).toMatchObject({ state: "completed" });
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    expect(await (await elsewhere.getTask(taskId)).result()).toEqual({ ok: true });
    await expect.poll(() => elsewhere.getTask(taskId).catch((error) => error.code)).toBe("TASK_NOT_FOUND");
  });

  test("tasks are listed from another process: open and finished, by state, page by page", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using worker = await openWorker(store, {
      maxConcurrentTasks: 2,
      tasks: { work: () => ({ ok: true }), hold: () => done.opened },
    });
    await using coordinator = openCoordinator(store);
    const ids: string[] = [];
    for (let index = 0; index < 6; index++) {
      const task = await coordinator.assignTask({ taskType: "work" }, { taskId: `t${index}` });
      await task.result();
      ids.push(task.taskId);
    }
    await coordinator.assignTask({ taskType: "hold" }, { taskId: "t2-held" });
    await expect.poll(() => finishedRecord(worker.transport, "t5")).toBeDefined();
    await using elsewhere = openCoordinator(store, { id: "somebody-else" });
    const all = await elsewhere.listTasks();
    expect(all.map(({ taskId }) => taskId)).toEqual([...ids, "t2-held"].sort());
    const page = await elsewhere.listTasks({ after: "t1", limit: 3 });
    expect(page.map(({ taskId }) => taskId)).toEqual(["t2", "t2-held", "t3"]);
    const completed = await elsewhere.listTasks({ state: "completed", after: "t1", limit: 2 });
    expect(completed.map(({ taskId }) => taskId)).toEqual(["t2", "t3"]);
    expect(await elsewhere.listTasks({ state: "failed" })).toEqual([]);
    await expect(elsewhere.listTasks({ state: "done" as never })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
    await expect(elsewhere.listTasks({ limit: 0 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
    done.open();
  });

  test("waiting for a result ends with its signal; the task goes on", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using _worker = await openWorker(store, { tasks: { work: () => done.opened.then(() => ({ ok: true })) } });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const stop = new AbortController();
    const waiting = task.result({ signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
    await expect(task.result({ signal: stop.signal })).rejects.toMatchObject({ code: "ABORTED" });
    done.open();
    expect(await task.result()).toEqual({ ok: true });
  });

  test("when the coordinator stops whoever waits is told, and another coordinator goes on with the task", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using _worker = await openWorker(store, { tasks: { work: () => done.opened.then(() => ({ ok: true })) } });
    const first = openCoordinator(store);
    const task = await first.assignTask({ taskType: "work" });
    const told = Promise.all([
      expect(task.result()).rejects.toMatchObject({ code: "CLOSED" }),
      expect(collect(task)).rejects.toMatchObject({ code: "CLOSED" }),
    ]);
    await first.stop();
    await told;
    for (const call of [
      () => task.result(),
      () => task.status(),
      () => task.cancel(),
      () => first.getTask(task.taskId),
      () => first.start(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "CLOSED" });
    }
    await using second = openCoordinator(store);
    await second.start();
    done.open();
    expect(await (await second.getTask(task.taskId)).result()).toEqual({ ok: true });
    expect(first.reported).toEqual([]);
  });
});
