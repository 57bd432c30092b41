import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { aborted, finishedRecord, openCoordinator, openWorker } from "./open-coordinator.js";

describe.each(transportKinds)("on %s", (kind) => {
  test("an attempt that fails is followed by another, after a back-off, inside the same task", async () => {
    await using store = await openStore(kind);
    const startedAt: number[] = [];
    await using _worker = await openWorker(store, {
      tasks: {
        work: (_, { attempt }) => {
          startedAt.push(performance.now());
          if (attempt < 3) throw new Error(`attempt ${attempt} went wrong`);
          return { attempt };
        },
      },
    });
    await using coordinator = openCoordinator(store, { retryBackoff: { minMs: 100, maxMs: 200 }, random: () => 0.99 });
    const task = await coordinator.assignTask({ taskType: "work" });
    expect(await task.result()).toEqual({ attempt: 3 });
    const { attempts } = await task.status();
    expect(attempts.map(({ outcome, error }) => [outcome, error?.message])).toEqual([
      ["failed", "attempt 1 went wrong"],
      ["failed", "attempt 2 went wrong"],
      ["completed", undefined],
    ]);
    const [first, second, third] = startedAt as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(95);
    expect(third - second).toBeGreaterThanOrEqual(190);
  });

  test("when all attempts have failed the task has, with the last error", async () => {
    await using store = await openStore(kind);
    let runs = 0;
    await using _worker = await openWorker(store, {
      tasks: {
        work: () => {
          runs += 1;
          throw new TypeError(`run ${runs}`);
        },
      },
    });
    await using coordinator = openCoordinator(store, { maxRetries: 2 });
    const task = await coordinator.assignTask({ taskType: "work" });
    await expect(task.result()).rejects.toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringContaining("run 3"),
      details: { taskId: task.taskId, error: { type: "TypeError", message: "run 3", stack: expect.any(String) } },
    });
    expect(runs).toBe(3);
  });

  test("an error that no repeat can help ends the task at once", async () => {
    await using store = await openStore(kind);
    let runs = 0;
    await using _worker = await openWorker(store, {
      tasks: {
        work: () => {
          runs += 1;
          throw Object.assign(new Error("never"), { retryable: false });
        },
      },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    await expect(task.result()).rejects.toMatchObject({ code: "TASK_FAILED" });
    expect(runs).toBe(1);
  });

  test("an attempt over its time is given up, its handler told, and the next one does it", async () => {
    await using store = await openStore(kind);
    const reasons: string[] = [];
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 2,
      tasks: {
        work: async (_, { attempt, signal }) => {
          if (attempt === 1) reasons.push((await aborted(signal)).code);
          return { attempt };
        },
      },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" }, { attemptTimeoutMs: 300 });
    expect(await task.result()).toEqual({ attempt: 2 });
    expect(await task.status()).toMatchObject({
      attempts: [
        { attempt: 1, outcome: "timeout" },
        { attempt: 2, outcome: "completed" },
      ],
    });
    expect(reasons).toHaveLength(1);
  });

  test("a task whose every attempt is over its time has failed", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 9,
      tasks: { work: (_, { signal }) => aborted(signal).then(() => null) },
    });
    await using coordinator = openCoordinator(store, { maxRetries: 1 });
    const task = await coordinator.assignTask({ taskType: "work" }, { attemptTimeoutMs: 100 });
    await expect(task.result()).rejects.toMatchObject({ code: "TASK_FAILED" });
    expect((await task.status()).attempts).toHaveLength(2);
  });

  test("a task over its time expires, and its agent is told to stop", async () => {
    await using store = await openStore(kind);
    let told = false;
    await using worker = await openWorker(store, {
      tasks: {
        work: async (_, { signal }) => {
          await aborted(signal);
          told = true;
        },
      },
    });
    await using coordinator = openCoordinator(store, { maxRetries: 0 });
    const task = await coordinator.assignTask({ taskType: "work" }, { taskTimeoutMs: 200 });
    await expect(task.result()).rejects.toMatchObject({ code: "TASK_TIMEOUT" });
    await expect.poll(() => told).toBe(true);
    await expect
      .poll(() => finishedRecord(worker.transport, task.taskId))
      .toMatchObject({
        state: "expired",
        attempts: [{ outcome: "timeout" }],
      });
  });

  test("an agent without a handler is passed over for the next", async () => {
    await using store = await openStore(kind);
    await using _useless = await openWorker(store, { id: "a-useless", maxConcurrentTasks: 9 });
    await using _useful = await openWorker(store, { id: "b-useful", tasks: { work: () => ({ by: "b-useful" }) } });
    await using coordinator = openCoordinator(store, { maxRetries: 0 });
    const tasks = await Promise.all(Array.from({ length: 6 }, () => coordinator.assignTask({ taskType: "work" })));
    for (const task of tasks) expect(await task.result()).toEqual({ by: "b-useful" });
    const attempts = (await Promise.all(tasks.map((task) => task.status()))).flatMap((status) => status.attempts);
    expect(attempts).toContainEqual(expect.objectContaining({ agentId: "a-useless", outcome: "unhandled" }));
  });

  test("with no handler anywhere the task is rejected, and says who refused it", async () => {
    await using store = await openStore(kind);
    await using _a = await openWorker(store, { id: "a", tasks: { other: () => null } });
    await using _b = await openWorker(store, { id: "b" });
    await using coordinator = openCoordinator(store, { whenNoAgent: "wait" });
    const task = await coordinator.assignTask({ taskType: "work" });
    await expect(task.result()).rejects.toMatchObject({
      code: "TASK_REJECTED",
      message: expect.stringMatching(/(work).*a, b/),
    });
    expect((await task.status()).attempts.map(({ outcome }) => outcome)).toEqual(["unhandled", "unhandled"]);
  });

  test("a result that is larger than a record may be together with its parameters still arrives", async () => {
    await using store = await openStore(kind);
    const large = "x".repeat(150_000);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ large }) } });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work", parameters: { large } });
    expect(await task.result()).toEqual({ large });
  });

  test("a task too large to be sent fails at once, and says so", async () => {
    await using store = await openStore(kind);
    let nested: Record<string, unknown> = { end: true };
    // Fits a record, but not the message around it.
    for (let depth = 0; depth < 30; depth++) nested = { nested };
    await using _worker = await openWorker(store, { tasks: { work: () => null } });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work", parameters: nested as never });
    await expect(task.result()).rejects.toMatchObject({
      code: "TASK_FAILED",
      details: { error: { type: "not_sendable", retryable: false } },
    });
  });
});
