import { type AgentCommError, type Clock, subscribeDiagnostics, systemClock } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import { openStore, type Store, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { aborted, gate, isEmpty, openAgent, openBoss } from "./open-agent.js";

function taskRecord(changes: Partial<TaskRecord>): TaskRecord {
  const now = Date.now();
  return {
    taskId: "t1",
    taskType: "work",
    description: "",
    parameters: {},
    requiredCapabilities: [],
    priority: "medium",
    coordinatorId: "boss",
    ownerId: "boss.1",
    state: "assigned",
    createdAt: now,
    updatedAt: now,
    deadlineAt: now + 60_000,
    attemptTimeoutMs: 60_000,
    maxRetries: 3,
    whenNoAgent: "wait",
    attempts: [{ attempt: 1, agentId: "worker", assignmentId: "t1.1", assignedAt: now }],
    ...changes,
  };
}

/** Takes the assignment as a process would that dies before it acks: the message is offered again when the lease ends. */
async function takeAndDie(store: Store): Promise<void> {
  const [delivery] = await store.transport().receive("worker", { waitMs: 2_000, leaseMs: 100 });
  expect(delivery?.message.type).toBe("task_assignment");
}

describe.each(transportKinds)("on %s", (kind) => {
  test("a crash between answering and acking answers once", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await boss.assign("t1");
    await takeAndDie(store);
    // What the dead process had stored already: the same answer, under the same id and key.
    await store.transport().send(
      {
        id: "response-t1.1",
        from: "worker",
        to: "boss",
        type: "task_response",
        content: { taskId: "t1", attempt: 1, status: "completed", result: "first" },
        correlationId: "t1.1",
      },
      { idempotencyKey: "response-t1.1" },
    );
    await using agent = openAgent(store);
    let runs = 0;
    agent.onTask("work", () => {
      runs += 1;
      return "second";
    });
    await agent.start();
    await expect.poll(() => runs).toBe(1);
    await expect.poll(() => isEmpty(boss.transport, "worker")).toBe(true);
    await boss.transport.send({ from: "x", to: "boss", type: "note", content: {} });
    await expect.poll(() => boss.ofType("note")).toHaveLength(1);
    expect(boss.responses()).toMatchObject([{ result: "first" }]);
  });

  test("an agent that comes back does what is still its own", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await boss.transport.records.put(OPEN_TASKS, "t1", taskRecord({ state: "running" }));
    await boss.assign("t1");
    await takeAndDie(store);
    await using agent = openAgent(store);
    agent.onTask("work", () => "done");
    await agent.start();
    await expect.poll(() => boss.responses()).toMatchObject([{ status: "completed" }]);
  });

  test.each<[string, Partial<TaskRecord>]>([
    [
      "was given to somebody else",
      {
        attempts: [
          { attempt: 1, agentId: "worker", assignmentId: "t1.1", assignedAt: 0, endedAt: 1, outcome: "lost" },
          { attempt: 2, agentId: "other", assignmentId: "t1.2", assignedAt: 2 },
        ],
      },
    ],
    [
      "waits in the queue again",
      {
        state: "queued",
        attempts: [{ attempt: 1, agentId: "worker", assignmentId: "t1.1", assignedAt: 0, endedAt: 1, outcome: "lost" }],
      },
    ],
    ["was canceled", { state: "canceled" }],
  ])("an agent that comes back does not start what %s", async (_, changes) => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await boss.transport.records.put(OPEN_TASKS, "t1", taskRecord(changes));
    await boss.assign("t1");
    await takeAndDie(store);
    await using agent = openAgent(store);
    let runs = 0;
    agent.onTask("work", () => {
      runs += 1;
    });
    await agent.start();
    await expect.poll(() => isEmpty(boss.transport, "worker")).toBe(true);
    expect(runs).toBe(0);
    expect(boss.responses()).toEqual([]);
  });

  test("nor what is finished and archived", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await boss.transport.records.put(FINISHED_TASKS, "t1", taskRecord({ state: "completed" }));
    await boss.assign("t1");
    await takeAndDie(store);
    await using agent = openAgent(store);
    let runs = 0;
    agent.onTask("work", () => {
      runs += 1;
    });
    await agent.start();
    await expect.poll(() => isEmpty(boss.transport, "worker")).toBe(true);
    expect(runs).toBe(0);
  });

  test("an assignment that lay in the mailbox for longer than the liveness limit is checked as well", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await boss.transport.records.put(OPEN_TASKS, "t1", taskRecord({ state: "expired" }));
    await boss.assign("t1", { timestamp: new Date(Date.now() - 91_000).toISOString() });
    await using agent = openAgent(store);
    let runs = 0;
    agent.onTask("work", () => {
      runs += 1;
    });
    await agent.start();
    await expect.poll(() => isEmpty(boss.transport, "worker")).toBe(true);
    expect(runs).toBe(0);
  });

  test("a message offered again while its handler still runs is not run twice at once, and answered once", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    // From the assignment on no timer of the agent's transport fires: it does not renew its lease, nor tell that it ended.
    let frozen = false;
    const timer: Clock["timer"] = (...args) => (frozen ? () => {} : systemClock.timer(...args));
    const troubles: string[] = [];
    const onError = (error: AgentCommError): void => void troubles.push(error.code);
    const transport = store.transport({ clock: { ...systemClock, timer }, onError });
    await using agent = openAgent(store, { transport, leaseMs: 300 });
    const offeredAgain = gate();
    let running = 0;
    let most = 0;
    const results: string[] = [];
    agent.onTask("work", async () => {
      running += 1;
      most = Math.max(most, running);
      await offeredAgain.opened;
      running -= 1;
      results.push(`run ${results.length + 1}`);
      return results.at(-1);
    });
    const unsubscribe = subscribeDiagnostics("message.received", ({ message, attempt }) => {
      if (message.id === "t1.1" && attempt > 1) offeredAgain.open();
    });
    await agent.start();
    frozen = true;
    await boss.assign("t1");
    const nudge = async (): Promise<readonly string[]> => {
      // A receiver whose timers stand still looks only when it is rung.
      await boss.transport.send({ from: "boss", to: "worker", type: "heartbeat", content: {} });
      return results;
    };
    await expect.poll(nudge, { timeout: 10_000, interval: 100 }).toEqual(["run 1", "run 2"]);
    unsubscribe();
    expect(most).toBe(1);
    await expect.poll(() => boss.responses()).toMatchObject([{ result: "run 2" }]);
    frozen = false;
    await agent.stop({ drainMs: 0 });
    expect(boss.responses()).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  test("a handler whose lease is about to end is told, does not answer, and the message is handled again", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    // Only the timer that renews leases keeps the process alive: here it never fires.
    const timer: Clock["timer"] = (ms, callback, options) =>
      options?.keepAlive === true ? () => {} : systemClock.timer(ms, callback, options);
    const transport = store.transport({ clock: { ...systemClock, timer } });
    await using agent = openAgent(store, { transport, leaseMs: 300 });
    const told: string[] = [];
    agent.onTask("work", async (_, { signal }) => {
      if (told.length === 0) told.push((await aborted(signal)).code);
      return "done";
    });
    await agent.start();
    await boss.assign("t1");
    await expect.poll(() => boss.responses()).toMatchObject([{ status: "completed" }]);
    expect(told).toEqual(["LEASE_LOST"]);
    await expect.poll(() => isEmpty(boss.transport, "worker")).toBe(true);
    expect(boss.responses()).toHaveLength(1);
  });

  test("what is handed back when the agent stops is done by the one that comes after it", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    const agent = openAgent(store);
    const begun = gate();
    const reasons: string[] = [];
    agent.onTask("work", async (_, { signal }) => {
      begun.open();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason.code);
      return "given up";
    });
    await agent.start();
    await boss.assign("t1");
    await begun.opened;
    await agent.stop({ drainMs: 50 });
    expect(reasons).toEqual(["ABORTED"]);
    await using next = openAgent(store);
    next.onTask("work", () => "done");
    await next.start();
    await expect.poll(() => boss.responses()).toMatchObject([{ status: "completed", result: "done" }]);
  });
});
