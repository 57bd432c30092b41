import type { AgentCommError, JsonObject } from "@agentcomm/protocol";
import { OPEN_TASKS } from "@agentcomm/protocol/internal";
import { openStore } from "@agentcomm/test-transports";
import { expect, test } from "vitest";
import { createCoordinator } from "../src/index.js";
import { openCoordinator, openWorker } from "./open-coordinator.js";
import { attemptOf, queuedTask } from "./task-record.js";

const throwing = (name: string): object =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw null;
    },
  });

const revoked = (): never => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
};

test.each<[string, object]>([
  ["id", { id: "a/b" }],
  ["transport", { transport: revoked() }],
  ["registry", { registry: {} }],
  ["retryBackoff", { retryBackoff: 5 }],
  ["onError", { onError: "x" }],
  ["clock", { clock: {} }],
  ["random", { random: 5 }],
  ["createId", { createId: "x" }],
  ["createId", { createId: class {} }],
  ["options", throwing("leaseMs")],
])("what is wrong is refused by name: %s", async (name, options) => {
  await using store = await openStore("memory");
  const given = Object.defineProperties({ id: "boss", transport: store.transport() }, descriptors(options));
  expect(() => createCoordinator(given)).toThrow(expect.objectContaining({ message: expect.stringContaining(name) }));
});

const descriptors = (options: object) => Object.getOwnPropertyDescriptors(options);

test("whatever is given for options or a task, a call ends with an AgentCommError", async () => {
  await using store = await openStore("memory");
  await using coordinator = openCoordinator(store);
  await using _worker = await openWorker(store, { tasks: { work: () => 1 } });
  const task = await coordinator.assignTask({ taskType: "work" });
  const calls: Record<string, () => Promise<unknown>> = {
    "no task": () => coordinator.assignTask(undefined as never),
    "a task that cannot be read": () => coordinator.assignTask(revoked()),
    "a task whose getter throws": () => coordinator.assignTask(throwing("taskType") as never),
    "parameters that cannot be read": () => coordinator.assignTask({ taskType: "work", parameters: revoked() }),
    "capabilities that are none": () => coordinator.assignTask({ taskType: "work", requiredCapabilities: revoked() }),
    "options that are none": () => coordinator.assignTask({ taskType: "work" }, null as never),
    "options whose getter throws": () => coordinator.assignTask({ taskType: "work" }, throwing("taskId") as never),
    "a list with null for options": () => coordinator.listTasks(null as never),
    "a list after a number": () => coordinator.listTasks({ after: 5 as never }),
    "a poll with null for options": () => coordinator.processIncomingMessages(null as never),
    "a result with null for options": () => task.result(null as never),
    "a signal that is none": () => task.result({ signal: { aborted: false } as never }),
    "a reason that is none": () => task.cancel({} as never),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await call().then(
      () => expect.unreachable(name),
      (thrown: AgentCommError) => thrown,
    );
    expect(["INVALID_OPTIONS", "INVALID_MESSAGE"], `${name}: ${error}`).toContain(error.code);
  }
  expect(await task.result()).toBe(1);
});

test.each([
  { deadlineAt: 1e300 },
  { createdAt: -1 },
  { attemptTimeoutMs: Number.MAX_VALUE },
  { attempts: [null] },
  { attempts: [{ ...attemptOf(1, "worker"), assignedAt: 1e300 }] },
  { attempts: [{ ...attemptOf(1, "worker"), agentId: 5 }] },
])("a stranger's record of a task is passed over if it holds what can be no time or attempt: %j", async (changes) => {
  await using store = await openStore("memory");
  await using coordinator = openCoordinator(store);
  await coordinator.transport.records.put(OPEN_TASKS, "t1", { ...queuedTask(), ...changes } as never);
  await coordinator.start();
  await expect(coordinator.getTask("t1")).rejects.toMatchObject({ code: "INVALID_MESSAGE" });
  expect(coordinator.reported.map(({ code }) => code)).not.toContain("STORE_FAILED");
});

test("a task may be as large and as deep as its transport allows", async () => {
  await using store = await openStore("memory");
  const limits = { maxMessageBytes: 1_000_000, maxDepth: 100 };
  await using coordinator = openCoordinator(store, { transport: store.transport(limits) });
  await using _worker = await openWorker(store, {
    transport: store.transport(limits),
    tasks: { measure: ({ text }) => (text as string).length },
  });
  let deep: JsonObject = {};
  for (let level = 0; level < 60; level += 1) deep = { deep };
  const parameters = { text: "x".repeat(400_000), deep };
  const task = await coordinator.assignTask({ taskType: "measure", parameters });
  expect(await task.result()).toBe(400_000);
});
