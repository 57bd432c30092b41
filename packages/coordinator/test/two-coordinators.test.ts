import { subscribeDiagnostics, taskResponse } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import { createRegistry } from "@agentcomm/registry";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import type { TaskHandle } from "../src/index.js";
import { startChild } from "./child/start-child.js";
import { gate, openCoordinator, openWorker } from "./open-coordinator.js";

const ENDS = ["completed", "failed", "canceled", "rejected", "expired"] as const;

describe.each(transportKinds)("on %s", (kind) => {
  test("two coordinators under one id commit each task once, and each hears of its own", async () => {
    await using store = await openStore(kind);
    const commits = new Map<string, number>();
    const ends = ENDS.map((name) =>
      subscribeDiagnostics(`task.${name}`, ({ taskId }) => commits.set(taskId, (commits.get(taskId) ?? 0) + 1)),
    );
    try {
      await using worker = await openWorker(store, {
        maxConcurrentTasks: 10,
        tasks: {
          work: ({ n }, { attempt }) => {
            if (Number(n) % 5 === 0 && attempt === 1) throw new Error("once");
            return { n: n as number };
          },
        },
      });
      await using one = openCoordinator(store);
      await using two = openCoordinator(store);
      await Promise.all([one.start(), two.start()]);
      const numbers = Array.from({ length: 200 }, (_, index) => index);
      const tasks = await Promise.all(
        numbers.map((n) => (n % 2 === 0 ? one : two).assignTask({ taskType: "work", parameters: { n } })),
      );
      const results = await Promise.all(tasks.map((task) => task.result()));
      expect(results).toEqual(numbers.map((n) => ({ n })));
      const { records } = worker.transport;
      await expect.poll(async () => (await records.list(OPEN_TASKS)).length).toBe(0);
      const finished = await records.list<TaskRecord>(FINISHED_TASKS);
      expect(finished).toHaveLength(200);
      for (const { value } of finished) {
        expect(value.attempts.filter(({ outcome }) => outcome === "completed")).toHaveLength(1);
      }
      expect(tasks.map(({ taskId }) => commits.get(taskId))).toEqual(tasks.map(() => 1));
      // Both had a share in it, and no more than all.
      const [a, b] = await Promise.all([one.getCoordinationStats(), two.getCoordinationStats()]);
      expect(a.completed + b.completed).toBe(200);
    } finally {
      for (const end of ends) end();
    }
  });

  test("whatever comes at the same moment, through whichever of them, one end is written and all agree on it", async () => {
    await using store = await openStore(kind);
    const commits = new Map<string, string[]>();
    const ends = ENDS.map((name) =>
      subscribeDiagnostics(`task.${name}`, ({ taskId }) => commits.set(taskId, [...(commits.get(taskId) ?? []), name])),
    );
    try {
      const silent = store.transport();
      const registry = createRegistry({ transport: silent });
      await registry.registerAgent({ id: "w1", maxConcurrentTasks: 1_000 });
      await using one = openCoordinator(store);
      await using two = openCoordinator(store);
      await Promise.all([one.start(), two.start()]);
      const tasks = await Promise.all(Array.from({ length: 100 }, () => one.assignTask({ taskType: "work" })));
      const others = await Promise.all(tasks.map(({ taskId }) => two.getTask(taskId)));
      const answer = (taskId: string, result: number) =>
        silent.send(taskResponse({ from: "w1", to: "boss", taskId, attempt: 1, status: "completed", result }));
      const [canceled] = await Promise.all([
        Promise.all(others.map((task) => task.cancel())),
        ...tasks.map((task, index) => (index % 2 === 0 ? task.cancel() : undefined)),
        ...tasks.flatMap(({ taskId }) => [answer(taskId, 1), answer(taskId, 2)]),
      ]);
      const endOf = (task: TaskHandle) => task.result().catch((error) => error.code as string);
      const [seenByOne, seenByTwo] = await Promise.all([Promise.all(tasks.map(endOf)), Promise.all(others.map(endOf))]);
      expect(seenByOne).toEqual(seenByTwo);
      for (const [index, { taskId }] of tasks.entries()) {
        expect(commits.get(taskId)).toHaveLength(1);
        if (canceled[index]) expect(seenByOne[index]).toBe("TASK_CANCELED");
      }
      await registry.close();
    } finally {
      for (const end of ends) end();
    }
  });

  test("when one stops, the other goes on with its tasks at once", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 2,
      tasks: { work: () => done.opened.then(() => ({ ok: true })) },
    });
    const one = openCoordinator(store, { leaseMs: 60_000 });
    await using two = openCoordinator(store, { leaseMs: 60_000 });
    await Promise.all([one.start(), two.start()]);
    const tasks = await Promise.all(Array.from({ length: 5 }, () => one.assignTask({ taskType: "work" })));
    await one.stop();
    await expect.poll(async () => (await two.getCoordinationStats()).totalTasks).toBe(5);
    done.open();
    for (const { taskId } of tasks) expect(await (await two.getTask(taskId)).result()).toEqual({ ok: true });
  });

  test("a task is followed by the coordinator that assigned it, though another under its id brings it to its end", async () => {
    await using store = await openStore(kind);
    await using one = openCoordinator(store, { whenNoAgent: "wait" });
    const task = await one.assignTask({ taskType: "work" });
    await using two = openCoordinator(store);
    await two.start();
    expect(await (await two.getTask(task.taskId)).cancel("by the other")).toBe(true);
    await expect(task.result()).rejects.toMatchObject({ code: "TASK_CANCELED", details: { reason: "by the other" } });
  });
});

test("when a coordinator process is killed, another under its id has its tasks within the lease and a second", async () => {
  await using store = await openStore("redis");
  await using survivor = openCoordinator(store, { leaseMs: 500 });
  await survivor.start();
  await using child = startChild("coordinator-child", { ...store.env, ASSIGN: "no" });
  await child.said("started");
  const { records } = survivor.transport;
  const instances = await records.list<{ ownerId: string }>("coordinators");
  expect(instances).toHaveLength(2);
  // A task of the child's, as it would have written it.
  const mine = await survivor.assignTask({ taskType: "work" }, { whenNoAgent: "wait" });
  const { ownerId } = await mine.status();
  const theirs = instances.find(({ value }) => value.ownerId !== ownerId)?.value.ownerId ?? "";
  await records.put(OPEN_TASKS, "theirs", { ...(await mine.status()), taskId: "theirs", ownerId: theirs });
  expect((await survivor.getCoordinationStats()).totalTasks).toBe(1);
  child.process.kill("SIGKILL");
  const killedAt = performance.now();
  await expect.poll(async () => (await survivor.getCoordinationStats()).totalTasks, { interval: 10 }).toBe(2);
  expect(performance.now() - killedAt).toBeLessThan(1_500);
  expect(await (await survivor.getTask("theirs")).status()).toMatchObject({ ownerId, state: "queued" });
});
