import { OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { type Fault, type FaultyCall, faultyTransport } from "./faulty-transport.js";
import { finishedRecord, gate, openCoordinator, openWorker, recordsOf } from "./open-coordinator.js";

/** Lets the first calls for which `is` holds go wrong. */
function firstCalls(count: number, fault: Fault, is: (call: FaultyCall) => boolean): (call: FaultyCall) => Fault {
  let left = count;
  return (call) => (is(call) && left-- > 0 ? fault : undefined);
}

const putting = (state: string) => (call: FaultyCall) =>
  call.what === "put" && call.of === OPEN_TASKS && (call.value as TaskRecord).state === state;

describe.each(transportKinds)("on %s", (kind) => {
  test.each([
    ["its first write", putting("assigned")],
    ["its last write", putting("completed")],
    ["its filing", (call: FaultyCall) => call.what === "put" && call.of === "tasks.finished"],
    ["its removal", (call: FaultyCall) => call.what === "delete" && call.of === OPEN_TASKS],
    ["its assignment", (call: FaultyCall) => call.what === "send" && call.of === "task_assignment"],
  ])("a task is done once though the reply to %s is lost", async (_, is) => {
    await using store = await openStore(kind);
    let runs = 0;
    await using worker = await openWorker(store, {
      tasks: {
        work: () => {
          runs += 1;
          return { runs };
        },
      },
    });
    const transport = faultyTransport(store.transport(), firstCalls(1, "loses its reply", is));
    await using coordinator = openCoordinator(store, { transport });
    const task = await coordinator.assignTask({ taskType: "work" });
    expect(await task.result()).toEqual({ runs: 1 });
    await expect
      .poll(() => finishedRecord(worker.transport, task.taskId))
      .toMatchObject({
        state: "completed",
        attempts: [{ attempt: 1, outcome: "completed" }],
      });
    expect((await coordinator.getCoordinationStats()).completed).toBe(1);
  });

  test.each([
    ["its last write", putting("completed"), { random: () => 0 }],
    ["its filing", (call: FaultyCall) => call.what === "put" && call.of === "tasks.finished", {}],
    ["its removal", (call: FaultyCall) => call.what === "delete" && call.of === OPEN_TASKS, {}],
    ["its assignment", (call: FaultyCall) => call.what === "send" && call.of === "task_assignment", {}],
  ])("%s is tried again until it works", async (_, is, options) => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    const inner = store.transport({ retryBackoff: { minMs: 10, maxMs: 20 }, onError: () => undefined });
    const transport = faultyTransport(inner, firstCalls(3, "fails", is));
    await using coordinator = openCoordinator(store, { transport, ...options });
    const task = await coordinator.assignTask({ taskType: "work" });
    expect(await task.result()).toEqual({ ok: true });
    await expect.poll(() => finishedRecord(worker.transport, task.taskId)).toMatchObject({ state: "completed" });
  });

  test("who is told that nobody knows can look for the task, and it goes on in any case", async () => {
    await using store = await openStore(kind);
    await using worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    let isCut = false;
    const transport = faultyTransport(store.transport(), (call) => {
      if (putting("assigned")(call) && !isCut) {
        isCut = true;
        return "loses its reply";
      }
      return isCut && call.what === "get" && call.of === OPEN_TASKS ? "fails" : undefined;
    });
    await using coordinator = openCoordinator(store, { transport });
    const error = await coordinator.assignTask({ taskType: "work" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ details: { taskId: expect.any(String) } });
    isCut = false;
    const { taskId } = error.details;
    await expect.poll(() => finishedRecord(worker.transport, taskId)).toMatchObject({ state: "completed" });
  });

  test.each([
    ["for finished ones of its id", "get"],
    ["for finished ones of its id, and there is one", "finished"],
  ])("a task that was stored is not said to be none when the look %s fails", async (_, what) => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    if (what === "finished") {
      await using before = openCoordinator(store);
      await (await before.assignTask({ taskType: "work" }, { taskId: "a" })).result();
      await expect.poll(() => finishedRecord(before.transport, "a")).toBeDefined();
    }
    const transport = faultyTransport(
      store.transport(),
      firstCalls(1, "fails", (call) => call.what === "get" && call.of === "tasks.finished"),
    );
    await using coordinator = openCoordinator(store, { transport });
    await expect(coordinator.assignTask({ taskType: "work" }, { taskId: "a" })).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      outcome: "unknown",
    });
    await expect.poll(() => finishedRecord(transport, "a")).toMatchObject({ state: "completed", attempts: [{}] });
    expect(await (await coordinator.getTask("a")).result()).toEqual({ ok: true });
  });

  test("a task that was not stored is not there, and its agent is free for the next", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    const transport = faultyTransport(store.transport(), firstCalls(1, "fails", putting("assigned")));
    await using coordinator = openCoordinator(store, { transport });
    await expect(coordinator.assignTask({ taskType: "work" }, { taskId: "a" })).rejects.toMatchObject({
      code: "CONNECTION_LOST",
      outcome: "none",
    });
    expect(await recordsOf(transport, "a")).toEqual({ open: undefined, finished: undefined });
    const task = await coordinator.assignTask({ taskType: "work" });
    expect(await task.result()).toEqual({ ok: true });
    expect((await task.status()).attempts).toHaveLength(1);
  });

  test("a start that failed can be tried again", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    const transport = faultyTransport(
      store.transport(),
      firstCalls(1, "fails", ({ what, of }) => what === "list" && of === OPEN_TASKS),
    );
    await using coordinator = openCoordinator(store, { transport });
    await expect(coordinator.start()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await coordinator.start();
    expect(await (await coordinator.assignTask({ taskType: "work" })).result()).toEqual({ ok: true });
  });

  test("who assigns after a start that failed starts it again, and the task is looked after", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    const transport = faultyTransport(
      store.transport(),
      firstCalls(2, "fails", ({ what, of }) => what === "put" && of === "coordinators"),
    );
    await using coordinator = openCoordinator(store, { transport });
    await expect(coordinator.start()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    await expect(coordinator.assignTask({ taskType: "work" })).rejects.toMatchObject({ code: "CONNECTION_LOST" });
    expect(await coordinator.listTasks()).toEqual([]);
    expect(await (await coordinator.assignTask({ taskType: "work" })).result()).toEqual({ ok: true });
  });

  test("a task whose record vanishes is reported, and whoever waits for it is told", async () => {
    await using store = await openStore(kind);
    const done = gate();
    await using worker = await openWorker(store, { tasks: { work: () => done.opened } });
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const told = expect(task.result()).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
    await worker.transport.records.delete(OPEN_TASKS, task.taskId);
    done.open();
    await told;
    expect(coordinator.reported).toMatchObject([{ code: "DATA_LOST", details: { taskId: task.taskId } }]);
  });

  test("a record that is no task is reported and holds nothing up", async () => {
    await using store = await openStore(kind);
    const { records } = store.transport();
    await records.put(OPEN_TASKS, "nonsense", { state: "dancing" });
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    expect(coordinator.reported).toMatchObject([{ code: "INVALID_MESSAGE", details: { taskId: "nonsense" } }]);
    const task = await coordinator.assignTask({ taskType: "work" });
    expect(await task.result()).toEqual({ ok: true });
    expect((await coordinator.listTasks()).map(({ taskId }) => taskId)).toEqual([task.taskId]);
    await expect(coordinator.getTask("nonsense")).rejects.toMatchObject({ code: "INVALID_MESSAGE" });
  });

  test("a coordinator stops although its store can't be reached, and says what it could not do", async () => {
    await using store = await openStore(kind);
    let isCut = false;
    const transport = faultyTransport(store.transport(), () => (isCut ? "fails" : undefined));
    const coordinator = openCoordinator(store, { transport, whenNoAgent: "wait" });
    await coordinator.assignTask({ taskType: "work" });
    isCut = true;
    await coordinator.stop();
    expect(coordinator.reported.map(({ code }) => code)).toContain("CONNECTION_LOST");
  });
});
