import { TERMINAL_TASK_STATES } from "@agentcomm/protocol/internal";
import { expect, test } from "vitest";
import { describeChange, presentUpdate } from "../src/task-update.js";
import { attemptOf, queuedTask } from "./task-record.js";

const queued = queuedTask();
const assigned = queuedTask({ state: "assigned", attempts: [attemptOf(1, "w1")] });
const running = queuedTask({ state: "running", attempts: [attemptOf(1, "w1")], completionPercentage: 10 });

test.each([
  ["assigned", queued, assigned],
  ["running", assigned, running],
  ["running", queued, running],
  ["progress", running, { ...running, completionPercentage: 20 }],
  ["progress", running, { ...running, detail: "reading" }],
  ["retried", running, queuedTask({ attempts: [attemptOf(1, "w1", "failed")] })],
  ["retried", running, queuedTask({ attempts: [attemptOf(1, "w1", "lost")] })],
  ["queued", assigned, queuedTask({ attempts: [attemptOf(1, "w1", "busy")] })],
  ["queued", assigned, queuedTask({ attempts: [attemptOf(1, "w1", "unhandled")] })],
  [
    "assigned",
    assigned,
    queuedTask({ state: "assigned", attempts: [attemptOf(1, "w1", "failed"), attemptOf(2, "w1")] }),
  ],
  [
    "retried",
    queuedTask({ attempts: [attemptOf(1, "w1", "failed")] }),
    queuedTask({ attempts: [attemptOf(1, "w1", "failed"), attemptOf(2, "w1", "timeout")] }),
  ],
] as const)("%s is told", (kind, previous, next) => {
  expect(describeChange(previous, next)?.kind).toBe(kind);
});

test.each(TERMINAL_TASK_STATES)("%s is told, from whatever state, and nothing after it", (state) => {
  const ended = queuedTask({ state, attempts: [attemptOf(1, "w1", "completed")] });
  for (const previous of [queued, assigned, running]) expect(describeChange(previous, ended)?.kind).toBe(state);
  expect(describeChange(ended, ended)).toBeUndefined();
});

test("another owner is nothing to tell", () => {
  for (const record of [queued, assigned, running]) {
    expect(describeChange(record, { ...record, ownerId: "owner-9", updatedAt: 9_000 })).toBeUndefined();
  }
});

test("an update tells who, how far, and why", () => {
  const boom = { type: "Error", message: "boom" };
  expect(presentUpdate({ ...running, detail: "reading" })).toEqual({
    kind: "running",
    taskId: "t1",
    at: 1_000,
    attempt: 1,
    agentId: "w1",
    completionPercentage: 10,
    detail: "reading",
  });
  const failed = queuedTask({ attempts: [{ ...attemptOf(1, "w1", "failed"), error: boom }] });
  expect(describeChange(running, failed)).toMatchObject({ kind: "retried", error: boom, agentId: "w1" });
  expect(presentUpdate(queuedTask({ state: "canceled", reason: "not needed" }))).toMatchObject({
    reason: "not needed",
  });
});
