import { createAgent } from "@agentcomm/agent";
import { AgentCommError, defineTask } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { finishedRecord, gate, openCoordinator, openWorker, recordsOf } from "./open-coordinator.js";

const review = defineTask({
  type: "review",
  description: "Reads a file",
  input: z.object({ path: z.string(), depth: z.number().default(3) }),
  output: z.object({ findings: z.array(z.string()).transform((all) => all.length) }),
  requiredCapabilities: ["code.review"],
});

const untyped = { taskType: "work", parameters: { n: 1 } };

describe.each(transportKinds)("on %s", (kind) => {
  test("a task goes to an agent, its result comes back, and the record tells how", async () => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, {
      tasks: { work: ({ n }, { attempt }) => ({ doubled: Number(n) * 2, attempt }) },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ ...untyped, description: "doubles", priority: "high" });
    expect(await task.result()).toEqual({ doubled: 2, attempt: 1 });
    await expect
      .poll(() => finishedRecord(worker.transport, task.taskId))
      .toMatchObject({
        taskId: task.taskId,
        taskType: "work",
        description: "doubles",
        parameters: { n: 1 },
        priority: "high",
        coordinatorId: "boss",
        state: "completed",
        result: { doubled: 2, attempt: 1 },
        completionPercentage: 100,
        attempts: [{ attempt: 1, agentId: "worker", assignmentId: `${task.taskId}.1`, outcome: "completed" }],
      });
    expect(coordinator.reported).toEqual([]);
  });

  test("a typed task is validated at both ends, and its result is typed", async () => {
    await using store = await openStore(kind);
    await using reviewer = createAgent({ id: "reviewer", transport: store.transport() });
    reviewer.onTask(review, ({ path, depth }) => ({ findings: [path, String(depth)] }));
    await reviewer.start();
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask(review, { path: "a.ts" });
    const result = await task.result();
    expectTypeOf(result).toEqualTypeOf<{ findings: number }>();
    expect(result).toEqual({ findings: 2 });
    expect(await task.status()).toMatchObject({ description: "Reads a file", parameters: { path: "a.ts" } });

    const wrongInput = coordinator.assignTask(review, { path: 7 as unknown as string });
    await expect(wrongInput).rejects.toMatchObject({ code: "INVALID_MESSAGE", details: { field: "input.path" } });
  });

  test("a result that does not fit the definition is refused, though the agent knew no definition", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, {
      capabilities: ["code.review"],
      tasks: { review: () => ({ findings: "many" }) },
    });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask(review, { path: "a.ts" });
    await expect(task.result()).rejects.toMatchObject({
      code: "INVALID_MESSAGE",
      message: expect.stringMatching(/result.*findings/),
    });
  });

  test("a handler that resolves to nothing gives null", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => undefined } });
    await using coordinator = openCoordinator(store);
    expect(await (await coordinator.assignTask(untyped)).result()).toBeNull();
  });

  test("what the caller does to the parameters afterwards does not reach the task", async () => {
    await using store = await openStore(kind);
    const started = gate();
    await using _worker = await openWorker(store, {
      tasks: { hold: () => started.opened, work: ({ list }) => ({ list: list as string[] }) },
    });
    await using coordinator = openCoordinator(store);
    const first = await coordinator.assignTask({ taskType: "hold" });
    const parameters = { list: ["a"] };
    const task = await coordinator.assignTask({ taskType: "work", parameters });
    parameters.list.push("b");
    started.open();
    await first.result();
    expect(await task.result()).toEqual({ list: ["a"] });
  });

  test("without an agent that has the capability assigning is refused, and nothing is stored", async () => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, { capabilities: ["python"] });
    await using coordinator = openCoordinator(store);
    const assigning = coordinator.assignTask({ ...untyped, requiredCapabilities: ["rust"] });
    await expect(assigning).rejects.toMatchObject({
      code: "NO_AGENT_AVAILABLE",
      retryable: true,
      outcome: "none",
      message: expect.stringContaining("rust"),
    });
    expect(await worker.transport.records.list("tasks.open")).toEqual([]);
  });

  test("an agent that registered a moment ago elsewhere is found", async () => {
    await using store = await openStore(kind);
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    expect(await (await coordinator.assignTask(untyped)).result()).toEqual({ ok: true });
  });

  test("with whenNoAgent wait the task is queued until an agent joins", async () => {
    await using store = await openStore(kind);
    await using coordinator = openCoordinator(store);
    const request = { ...untyped, requiredCapabilities: ["rust"] };
    const task = await coordinator.assignTask(request, { whenNoAgent: "wait" });
    expect((await task.status()).state).toBe("queued");
    await using _worker = await openWorker(store, { capabilities: ["rust"], tasks: { work: () => ({ ok: true }) } });
    expect(await task.result()).toEqual({ ok: true });
  });

  test("with whenNoAgent wait the task expires when nobody joins by its deadline", async () => {
    await using store = await openStore(kind);
    await using coordinator = openCoordinator(store, { whenNoAgent: "wait" });
    const task = await coordinator.assignTask(untyped, { taskTimeoutMs: 100 });
    await expect(task.result()).rejects.toMatchObject({ code: "TASK_TIMEOUT", details: { taskId: task.taskId } });
    await expect.poll(() => finishedRecord(coordinator.transport, task.taskId)).toMatchObject({ state: "expired" });
  });

  test("a task id that is taken is refused, by an open task and by a finished one", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using worker = await openWorker(store, { tasks: { work: () => done.opened } });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask(untyped, { taskId: "mine" });
    expect(task.taskId).toBe("mine");
    await expect(coordinator.assignTask(untyped, { taskId: "mine" })).rejects.toMatchObject({ code: "TASK_EXISTS" });
    done.open();
    await task.result();
    await expect.poll(() => finishedRecord(worker.transport, "mine")).toMatchObject({ state: "completed" });
    await expect(coordinator.assignTask(untyped, { taskId: "mine" })).rejects.toMatchObject({ code: "TASK_EXISTS" });
    expect(await recordsOf(worker.transport, "mine")).toMatchObject({
      open: undefined,
      finished: { state: "completed" },
    });
    // The slot that was claimed for it is free again.
    expect(await (await coordinator.assignTask(untyped)).result()).toBeNull();
  });

  test("a result nobody asks for is no unhandled rejection", async () => {
    await using store = await openStore(kind);
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    try {
      await using worker = await openWorker(store, {
        tasks: {
          work: () => {
            throw Object.assign(new Error("boom"), { retryable: false });
          },
        },
      });
      const coordinator = openCoordinator(store);
      const { taskId } = await coordinator.assignTask(untyped);
      await expect.poll(() => finishedRecord(worker.transport, taskId)).toMatchObject({ state: "failed" });
      const waiting = await coordinator.assignTask({ ...untyped, taskType: "nobody knows this" });
      await expect.poll(() => finishedRecord(worker.transport, waiting.taskId)).toMatchObject({ state: "rejected" });
      await coordinator.stop();
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(unhandled).toEqual([]);
  });
});

describe("bad input is named", () => {
  test.each([
    [undefined, "task"],
    [{ taskType: "" }, "taskType"],
    [{ taskType: "work", description: 7 }, "description"],
    [{ taskType: "work", parameters: ["a"] }, "parameters"],
    [{ taskType: "work", parameters: { at: new Date() } }, "parameters.at"],
    [{ taskType: "work", requiredCapabilities: [""] }, "requiredCapabilities"],
    [{ taskType: "work", priority: "urgent" }, "priority"],
  ])("assignTask(%o)", async (request, field) => {
    await using store = await openStore("memory");
    await using coordinator = openCoordinator(store);
    const error: unknown = await coordinator.assignTask(request as never).catch((thrown: unknown) => thrown);
    expect(AgentCommError.is(error)).toBe(true);
    expect(["INVALID_OPTIONS", "INVALID_MESSAGE"]).toContain((error as AgentCommError).code);
    expect((error as AgentCommError).message).toContain(field);
  });

  test.each([
    [{ attemptTimeoutMs: 0 }, "attemptTimeoutMs"],
    [{ taskTimeoutMs: Number.NaN }, "taskTimeoutMs"],
    [{ maxRetries: 1.5 }, "maxRetries"],
    [{ whenNoAgent: "retry" as never }, "whenNoAgent"],
    [{ taskId: "a/b" }, "taskId"],
    [{ priority: "urgent" as never }, "priority"],
  ])("assignTask with %o", async (options, field) => {
    await using store = await openStore("memory");
    await using _worker = await openWorker(store, { tasks: { work: () => null } });
    await using coordinator = openCoordinator(store);
    await expect(coordinator.assignTask(untyped, options)).rejects.toMatchObject({
      message: expect.stringContaining(field),
    });
  });

  test.each([
    [{ id: "a b" }, "INVALID_AGENT_ID", "id"],
    [{ transport: {} as never }, "INVALID_OPTIONS", "transport"],
    [{ registry: {} as never }, "INVALID_OPTIONS", "registry"],
    [{ maxRetries: -1 }, "INVALID_OPTIONS", "maxRetries"],
    [{ leaseMs: 1 }, "INVALID_OPTIONS", "leaseMs"],
    [{ retryBackoff: { minMs: 10, maxMs: 5 } }, "INVALID_OPTIONS", "retryBackoff.maxMs"],
    [{ taskRetentionMs: 0 }, "INVALID_OPTIONS", "taskRetentionMs"],
  ])("createCoordinator with %o", async (options, code, field) => {
    await using store = await openStore("memory");
    expect(() => openCoordinator(store, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(field) }),
    );
  });
});
