import { defineTask, subscribeDiagnostics } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aborted, gate, isEmpty, openAgent, openBoss } from "./open-agent.js";

const review = defineTask({
  type: "review",
  input: z.object({ path: z.string(), depth: z.number().default(3) }),
  output: z.object({ findings: z.array(z.string()) }),
  requiredCapabilities: ["code.review"],
});

describe.each(transportKinds)("on %s", (kind) => {
  test("a task is run, answered, and only then acked", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    agent.onTask("work", async (input, context) => ({ ...input, seen: [context.taskId, context.attempt] }));
    await agent.start();
    await boss.assign("t1", { parameters: { n: 1 }, priority: "high", attempt: 2 });
    await expect.poll(() => boss.received).toHaveLength(1);
    expect(boss.received[0]).toMatchObject({
      id: "response-t1.2",
      from: "worker",
      to: "boss",
      type: "task_response",
      priority: "high",
      correlationId: "t1.2",
      content: {
        taskId: "t1",
        attempt: 2,
        status: "completed",
        result: { n: 1, seen: ["t1", 2] },
        executionTimeMs: expect.any(Number),
        completionPercentage: 100,
      },
    });
    await expect.poll(() => isEmpty(boss.transport, "worker")).toBe(true);
  });

  test("a typed task's input is validated and filled in, its result validated", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    agent.onTask(review, ({ path, depth }) => ({
      findings: path === "bad" ? (7 as unknown as string[]) : [`${path}:${depth}`],
    }));
    await agent.start();
    await boss.assign("good", { taskType: "review", parameters: { path: "a.ts" } });
    await expect
      .poll(() => boss.responses())
      .toMatchObject([{ status: "completed", result: { findings: ["a.ts:3"] } }]);
    await boss.assign("wrong-input", { taskType: "review", parameters: { path: 1 } });
    await expect
      .poll(() => boss.responses()[1])
      .toMatchObject({ status: "failed", error: { type: "invalid_input", retryable: false } });
    await boss.assign("wrong-result", { taskType: "review", parameters: { path: "bad" } });
    await expect
      .poll(() => boss.responses()[2])
      .toMatchObject({ status: "failed", error: { type: "invalid_result", retryable: false } });
    expect(boss.responses()[1]?.error?.message).toContain("input.path");
    expect(boss.responses()[2]?.error?.message).toContain("result.findings");
  });

  test("whatever a handler throws is answered as a failure", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store, { maxConcurrentTasks: 10 });
    const unreadable = new Proxy(
      {},
      {
        get() {
          throw new Error("hands off");
        },
      },
    );
    const thrown: Record<string, unknown> = {
      error: new RangeError("too far"),
      final: Object.assign(new Error("never"), { retryable: false }),
      null: null,
      text: "just a string",
      large: new Error("x".repeat(1_000_000)),
      unreadable,
    };
    agent.onTask("work", ({ what }) => {
      throw thrown[what as string];
    });
    await agent.start();
    for (const what of Object.keys(thrown)) await boss.assign(what, { parameters: { what } });
    await expect.poll(() => boss.responses()).toHaveLength(6);
    const errors = Object.fromEntries(
      boss.responses().map(({ taskId, status, error }) => [taskId, { status, ...error }]),
    );
    expect(errors).toMatchObject({
      error: { status: "failed", type: "RangeError", message: "too far", retryable: true, stack: expect.any(String) },
      final: { status: "failed", message: "never", retryable: false },
      null: { status: "failed", type: "Error", message: "null", retryable: true },
      text: { status: "failed", message: "just a string" },
      large: { status: "failed", message: "x".repeat(4_096) },
      unreadable: { status: "failed", type: "Error" },
    });
  });

  test("a result that cannot be sent is a failure that no other attempt can mend", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store, { maxConcurrentTasks: 10 });
    const circle: Record<string, unknown> = {};
    circle.again = circle;
    const results: Record<string, unknown> = {
      bigint: { n: 1n },
      circle,
      date: new Date(0),
      function: () => {},
      large: "x".repeat(300_000),
    };
    agent.onTask("work", ({ what }) => results[what as string]);
    await agent.start();
    for (const what of Object.keys(results)) await boss.assign(what, { parameters: { what } });
    await expect.poll(() => boss.responses()).toHaveLength(5);
    for (const response of boss.responses()) {
      expect(response).toMatchObject({ status: "failed", error: { type: "invalid_result", retryable: false } });
    }
    await boss.assign("nothing", { parameters: { what: "nothing" } });
    await expect.poll(() => boss.responses()[5]).toMatchObject({ status: "completed" });
    expect(boss.responses()[5]).not.toHaveProperty("result");
  });

  test("a task without handler, and one without slot, are answered rejected; never more run than allowed", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store, { maxConcurrentTasks: 3 });
    const hold = gate();
    let running = 0;
    let most = 0;
    agent.onTask("work", async () => {
      running += 1;
      most = Math.max(most, running);
      await hold.opened;
      running -= 1;
    });
    await agent.start();
    await boss.assign("other", { taskType: "other" });
    await expect.poll(() => boss.responses()).toMatchObject([{ status: "rejected", error: { type: "unhandled" } }]);
    await Promise.all(Array.from({ length: 20 }, (_, index) => boss.assign(`t${index}`)));
    await expect.poll(() => boss.responses()).toHaveLength(18);
    for (const response of boss.responses().slice(1)) {
      expect(response).toMatchObject({ status: "rejected", error: { type: "busy" } });
    }
    hold.open();
    await expect.poll(() => boss.responses().filter(({ status }) => status === "completed")).toHaveLength(3);
    expect(most).toBe(3);
  });

  test("the answer leaves a slot free: the next task it brings is not busy", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    agent.onTask("work", async () => "done");
    await agent.start();
    for (let round = 0; round < 50; round++) {
      await boss.assign(`t${round}`);
      await expect.poll(() => boss.responses(), { interval: 1 }).toHaveLength(round + 1);
    }
    expect(new Set(boss.responses().map(({ status }) => status))).toEqual(new Set(["completed"]));
  });

  test("an assignment without a task id goes to the dead letters", async () => {
    await using store = await openStore(kind);
    await using agent = openAgent(store);
    await agent.start();
    const sender = store.transport();
    await sender.send({ from: "boss", to: "worker", type: "task_assignment", content: { task: "process_data" } });
    await expect
      .poll(() => sender.deadLetters("worker"))
      .toMatchObject([{ reason: "rejected", detail: "a task assignment needs a taskId" }]);
  });

  test("a task that takes longer says that it runs; progress is coalesced, the last one comes before the answer", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    const hold = gate();
    agent.onTask("work", async (_, { progress }) => {
      await hold.opened;
      for (let percent = 1; percent <= 99; percent++) progress(percent, `step ${percent}`);
    });
    await agent.start();
    await boss.assign("t1");
    await expect
      .poll(() => boss.received.map(({ content }) => content))
      .toEqual([{ status: "running", taskId: "t1", attempt: 1 }]);
    hold.open();
    await expect.poll(() => boss.responses()).toHaveLength(1);
    const updates = boss.ofType("status_update").map(({ content }) => content);
    expect(updates.length).toBeLessThanOrEqual(3);
    expect(updates.at(-1)).toEqual({
      status: "running",
      taskId: "t1",
      attempt: 1,
      completionPercentage: 99,
      detail: "step 99",
    });
    expect(boss.received.at(-1)?.type).toBe("task_response");
  });

  test("the first progress is told at once, and a short task without any tells nothing but its answer", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    const hold = gate();
    agent.onTask("work", async (_, { progress }) => {
      progress(10);
      await hold.opened;
    });
    agent.onTask("short", () => {});
    await agent.start();
    await boss.assign("t1");
    await expect
      .poll(() => boss.received.map(({ content }) => content))
      .toEqual([{ status: "running", taskId: "t1", attempt: 1, completionPercentage: 10 }]);
    hold.open();
    await expect.poll(() => boss.responses()).toHaveLength(1);
    await boss.assign("t2", { taskType: "short" });
    await expect.poll(() => boss.responses()).toHaveLength(2);
    expect(boss.received).toHaveLength(3);
  });

  test("a canceled task's handler is told, and its end answered canceled, whatever it did", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store, { maxConcurrentTasks: 2 });
    const begun = gate();
    const reasons: string[] = [];
    agent.onTask("work", async ({ throws }, { signal }) => {
      if (throws === true) begun.open();
      const reason = await aborted(signal);
      reasons.push(`${reason.code} ${reason.details?.reason}`);
      if (throws === true) throw reason;
      return "ignored it";
    });
    await agent.start();
    await boss.assign("resolves");
    await boss.assign("throws", { parameters: { throws: true } });
    await begun.opened;
    await boss.cancel("resolves");
    await boss.cancel("throws");
    await expect.poll(() => boss.responses().map(({ status }) => status)).toEqual(["canceled", "canceled"]);
    expect(reasons).toEqual(["TASK_CANCELED not needed", "TASK_CANCELED not needed"]);
  });

  test("a cancel that overtakes its assignment keeps it from being started", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    let started = 0;
    agent.onTask("work", () => {
      started += 1;
    });
    await boss.assign("t1");
    await boss.cancel("t1");
    await agent.start();
    await expect.poll(() => boss.responses()).toMatchObject([{ taskId: "t1", status: "canceled" }]);
    expect(started).toBe(0);
  });

  test("past its deadline the handler is told, and its end is a failure that may be tried again", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    agent.onTask("work", async (_, { signal, deadline }) => {
      expect(deadline).toBeInstanceOf(Date);
      const reason = await aborted(signal);
      throw new Error(`ended by ${reason.code}`);
    });
    await agent.start();
    await boss.assign("t1", { deadline: new Date(Date.now() + 300).toISOString() });
    await expect
      .poll(() => boss.responses())
      .toMatchObject([{ status: "failed", error: { type: "timeout", retryable: true } }]);
  });

  test.each([
    ["2999-01-15T10:30", "2999-01-15T10:30:00.000Z"],
    ["29990115T103000,5+0130", "2999-01-15T09:00:00.500Z"],
    ["1969-12-31T23:59:59.999+14", "1969-12-31T09:59:59.999Z"],
  ])("a deadline is the instant that the format means, whatever Date takes it for: %s", async (deadline, meant) => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    const given: (string | undefined)[] = [];
    agent.onTask("work", (_, context) => {
      given.push(context.deadline?.toISOString(), context.signal.aborted ? "over" : "open");
    });
    await agent.start();
    await boss.assign("t1", { deadline });
    await expect.poll(() => boss.responses()).toHaveLength(1);
    expect(given[0]).toBe(meant);
  });

  test("progress takes whatever is given for its detail", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    agent.onTask("work", (_, { progress }) => progress(50, Object.create(null)));
    await agent.start();
    await boss.assign("t1");
    await expect.poll(() => boss.responses()).toMatchObject([{ status: "completed" }]);
  });

  test("a full mailbox at the other end delays the answer, it does not repeat the work", async () => {
    await using store = await openStore(kind);
    await using agent = openAgent(store);
    const sender = store.transport();
    let runs = 0;
    agent.onTask("work", () => {
      runs += 1;
    });
    await sender.openMailbox("small", { capacity: 1 });
    await sender.send({ from: "x", to: "small", type: "note", content: {} });
    await agent.start();
    const content = { taskId: "t1", taskType: "work" };
    await sender.send({ from: "small", to: "worker", type: "task_assignment", content });
    await expect.poll(() => agent.reported).toMatchObject([{ code: "MAILBOX_FULL" }]);
    const [note] = await sender.receive("small");
    await note?.ack();
    const [response] = await sender.receive("small", { waitMs: 10_000 });
    expect(response?.message).toMatchObject({ type: "task_response", content: { status: "completed" } });
    expect(runs).toBe(1);
  });

  test("starts and ends of handlers are told on the diagnostics channels", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store, { id: "told" });
    const told: unknown[] = [];
    const ends = [
      subscribeDiagnostics("task.started", (event) => told.push(event)),
      subscribeDiagnostics("task.handled", (event) => told.push(event)),
    ];
    agent.onTask("work", () => {});
    await agent.start();
    await boss.assign("t1", { to: "told" });
    const task = { taskId: "t1", taskType: "work", agentId: "told", attempt: 1 };
    await expect.poll(() => told).toEqual([task, { ...task, outcome: "completed", durationMs: expect.any(Number) }]);
    for (const end of ends) end();
  });
});
