import type { AgentMessage, Transport } from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { openStore, type Store, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { openCoordinator } from "./open-coordinator.js";

/** A worker that knows the messages and nothing else: written in another language, say. It answers by hand. */
async function openStranger(store: Store, id = "stranger") {
  const transport: Transport = store.transport();
  const registry = createRegistry({ transport });
  await registry.registerAgent({ id, maxConcurrentTasks: 5 });
  return {
    transport,
    async nextAssignment(): Promise<AgentMessage<"task_assignment">> {
      for (;;) {
        const [delivery] = await transport.receive(id, { limit: 1, waitMs: 10_000 });
        if (delivery === undefined) throw new Error("no assignment came");
        await delivery.ack();
        if (delivery.message.type === "task_assignment") return delivery.message as AgentMessage<"task_assignment">;
      }
    },
    send: (message: { id?: string; type: string; content: Record<string, unknown>; correlationId?: string }) =>
      transport.send({ from: id, to: "boss", ...message } as never),
    close: () => registry.close(),
  };
}

describe.each(transportKinds)("on %s", (kind) => {
  test("an assignment tells everything that a stranger needs", async () => {
    await using store = await openStore(kind);
    const stranger = await openStranger(store);
    await using coordinator = openCoordinator(store, { attemptTimeoutMs: 60_000 });
    const task = await coordinator.assignTask({
      taskType: "work",
      description: "counts",
      parameters: { file_name: "a" },
      priority: "high",
    });
    const message = await stranger.nextAssignment();
    expect(message).toMatchObject({
      id: `${task.taskId}.1`,
      from: "boss",
      priority: "high",
      content: {
        taskId: task.taskId,
        taskType: "work",
        description: "counts",
        parameters: { file_name: "a" },
        requiredCapabilities: [],
        attempt: 1,
      },
    });
    const deadline = Date.parse(message.content.deadline ?? "");
    expect(Math.abs(deadline - Date.now() - 60_000)).toBeLessThan(5_000);
    expect(message.expiresAt).toBe(message.content.deadline);
    await stranger.close();
  });

  test("an error_report is a failed attempt; the answer to the next one needs no attempt number", async () => {
    await using store = await openStore(kind);
    const stranger = await openStranger(store);
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const first = await stranger.nextAssignment();
    await stranger.send({
      id: `error-${first.id}`,
      type: "error_report",
      content: { taskId: task.taskId, errorType: "task_execution_failure", errorMessage: "no disk" },
    });
    const second = await stranger.nextAssignment();
    expect(second.id).toBe(`${task.taskId}.2`);
    // The same report once more, late: it is about the first attempt.
    await stranger.send({
      id: `error-${first.id}`,
      type: "error_report",
      content: { taskId: task.taskId, errorType: "task_execution_failure", errorMessage: "no disk" },
    });
    await expect.poll(async () => (await coordinator.getCoordinationStats()).refusedAnswers).toBe(1);
    await stranger.send({
      id: `response-${second.id}`,
      type: "task_response",
      content: { taskId: task.taskId, status: "completed", result: { lines: 3 }, completionPercentage: 100 },
    });
    expect(await task.result()).toEqual({ lines: 3 });
    expect(await task.status()).toMatchObject({
      attempts: [
        { outcome: "failed", error: { type: "task_execution_failure", message: "no disk" } },
        { outcome: "completed" },
      ],
    });
    await stranger.close();
  });

  test("what an agent says of a task that it was not given changes nothing", async () => {
    await using store = await openStore(kind);
    const stranger = await openStranger(store);
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const { id } = await stranger.nextAssignment();
    const liar = store.transport();
    const lies = [
      { type: "task_response", content: { taskId: task.taskId, attempt: 1, status: "completed", result: "lie" } },
      { type: "error_report", content: { taskId: task.taskId, errorType: "lie", errorMessage: "lie" } },
      { type: "status_update", content: { taskId: task.taskId, status: "running", completionPercentage: 99 } },
    ];
    for (const lie of lies) await liar.send({ from: "liar", to: "boss", ...lie } as never);
    await expect.poll(async () => (await coordinator.getCoordinationStats()).messagesHandled).toBe(3);
    const { state, attempts } = await task.status();
    expect(state).toBe("assigned");
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).not.toHaveProperty("outcome");
    await stranger.send({
      id: `response-${id}`,
      type: "task_response",
      content: { taskId: task.taskId, status: "completed", result: "true" },
    });
    expect(await task.result()).toBe("true");
    await stranger.close();
  });

  test("what nothing can be made of becomes a dead letter, what was sent to many is passed over", async () => {
    await using store = await openStore(kind);
    const stranger = await openStranger(store);
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    const useless = [
      { type: "weather", content: { sunny: true } },
      { type: "task_response", content: { taskId: "t" } },
      { type: "task_response", content: { status: "completed" } },
      { type: "task_response", content: { taskId: "no/such/key", status: "completed" } },
      { type: "coordination", content: { action: "dance" } },
    ];
    for (const message of useless) await stranger.send(message);
    await stranger.send({ type: "heartbeat", content: { status: "idle", currentTasks: 0 } });
    await stranger.send({ type: "status_update", content: { status: "busy" } });
    await stranger.send({ type: "task_response", content: { taskId: "unknown", status: "completed" } });
    await stranger.transport.send({ from: "stranger", to: "*", type: "weather", content: { sunny: false } });
    await expect.poll(async () => (await coordinator.transport.deadLetters("boss")).length).toBe(5);
    const letters = await coordinator.transport.deadLetters("boss");
    const details = letters.map(({ detail }) => detail).join("\n");
    for (const why of ["weather", "no status", "no task_id", "no/such/key", "dance"]) expect(details).toContain(why);
    await expect
      .poll(async () => {
        const { mailboxes } = await coordinator.transport.stats();
        const box = mailboxes.find(({ agentId }) => agentId === "boss");
        return box && box.ready + box.inFlight + box.delayed;
      })
      .toBe(0);
    await stranger.close();
  });

  test("an error_report without a task is told to onError", async () => {
    await using store = await openStore(kind);
    const stranger = await openStranger(store);
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    await stranger.send({ type: "error_report", content: { errorType: "disk", errorMessage: "nearly full" } });
    await expect
      .poll(() => coordinator.reported)
      .toMatchObject([{ code: "HANDLER_FAILED", message: expect.stringMatching(/stranger.*disk.*nearly full/) }]);
    await stranger.close();
  });
});
