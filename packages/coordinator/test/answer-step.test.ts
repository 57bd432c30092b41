import { type AgentMessage, createMessage } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { type RetryTimes, stepOfAnswer, stepOfErrorReport, stepOfStatusUpdate } from "../src/answer-step.js";
import { attemptOf, queuedTask } from "./task-record.js";

const times: RetryTimes = { now: 5_000, random: () => 0, retryAt: () => 6_000 };
const second = queuedTask({ state: "running", attempts: [attemptOf(1, "w1", "failed"), attemptOf(2, "w2")] });

function message<Type extends string>(
  type: Type,
  content: Record<string, unknown>,
  fields: { id?: string; correlationId?: string } = {},
): AgentMessage<Type> {
  return createMessage({ from: "w2", to: "boss", type, content: content as never, ...fields });
}

test.each([
  [{ correlationId: "t1.2" }, {}, 2],
  [{ id: "response-t1.2" }, {}, 2],
  [{ correlationId: "t1.1" }, { attempt: 2 }, 1],
  [{}, { attempt: 2 }, 2],
  [{}, {}, 1],
])("an answer with %o and %o is about attempt %i", (fields, content, attempt) => {
  const answer = message("task_response", { taskId: "t1", status: "completed", result: 7, ...content }, fields);
  expect(stepOfAnswer(answer, second, times)).toEqual({ kind: "complete", of: { attempt, agentId: "w2" }, result: 7 });
});

const of = { attempt: 2, agentId: "w2" };
const unknownReason = "the agent gave no reason";

test.each([
  [
    { status: "failed" },
    { kind: "fail", of, outcome: "failed", error: { type: "failed", message: unknownReason }, retryAt: 6_000 },
  ],
  [
    { status: "failed", error: { type: "TypeError", message: "x", retryable: false } },
    { kind: "fail", outcome: "failed", error: { type: "TypeError", message: "x", retryable: false } },
  ],
  [
    { status: "failed", error: { type: "timeout", message: "late" } },
    { kind: "fail", outcome: "timeout", error: { type: "attempt_timeout", message: "late" } },
  ],
  [{ status: "canceled" }, { kind: "fail", outcome: "canceled" }],
  [
    { status: "rejected", error: { type: "busy", message: "full" } },
    { kind: "refuse", outcome: "busy", retryAt: 5_025 },
  ],
  [{ status: "rejected" }, { kind: "refuse", outcome: "unhandled", retryAt: 5_000 }],
  [
    { status: "rejected", error: { type: "unhandled", message: "what?" } },
    { kind: "refuse", outcome: "unhandled" },
  ],
])("%o asks for %o", (content, step) => {
  const answer = message("task_response", { taskId: "t1", attempt: 2, ...content });
  expect(stepOfAnswer(answer, second, times)).toMatchObject(step);
});

test("an agent that stops at the task's own deadline does not fail the task: it expires", () => {
  const record = { ...second, attemptTimeoutMs: 1_000_000 };
  const error = { type: "timeout", message: "late" };
  const answer = message("task_response", { taskId: "t1", attempt: 2, status: "failed", error });
  expect(stepOfAnswer(answer, record, times)).toEqual({ refused: "the task is about to expire" });
});

test("a busy agent is asked again later each time", () => {
  const busy = message("task_response", {
    taskId: "t1",
    attempt: 4,
    status: "rejected",
    error: { type: "busy", message: "full" },
  });
  const attempts = [attemptOf(1, "w2", "busy"), attemptOf(2, "w2", "busy"), attemptOf(3, "w2", "busy")];
  const record = queuedTask({ state: "assigned", attempts: [...attempts, attemptOf(4, "w2")] });
  const latest: RetryTimes = { ...times, random: () => 0.999 };
  const first = stepOfAnswer(busy, { ...record, attempts: [attemptOf(4, "w2")] }, latest) as { retryAt: number };
  const fourth = stepOfAnswer(busy, record, latest) as { retryAt: number };
  expect(fourth.retryAt).toBeGreaterThan(first.retryAt);
});

test("errors are cut to what a record can hold", () => {
  const error = { type: "E", message: "m".repeat(10_000), stack: "s".repeat(100_000) };
  const answer = message("task_response", { taskId: "t1", attempt: 2, status: "failed", error });
  const step = stepOfAnswer(answer, second, times);
  expect(JSON.stringify(step).length).toBeLessThan(12_000);
});

test("an error_report is about the attempt it answers, or names, or else the one under way", () => {
  const report = (content: Record<string, unknown>, fields = {}) =>
    stepOfErrorReport(
      message("error_report", { taskId: "t1", errorType: "disk", errorMessage: "full", ...content }, fields),
      second,
      times,
    );
  const failed = { kind: "fail", outcome: "failed", error: { type: "disk", message: "full" }, retryAt: 6_000 };
  expect(report({})).toEqual({ ...failed, of });
  expect(report({}, { id: "error-t1.1" })).toEqual({ ...failed, of: { attempt: 1, agentId: "w2" } });
  expect(report({ attempt: 1 })).toEqual({ ...failed, of: { attempt: 1, agentId: "w2" } });
});

test("a status_update is about the attempt it names, or else the one under way", () => {
  const news = (content: Record<string, unknown>) =>
    stepOfStatusUpdate(message("status_update", { taskId: "t1", status: "running", ...content }), second);
  expect(news({ completionPercentage: 40, detail: "reading" })).toEqual({
    kind: "progress",
    of,
    completionPercentage: 40,
    detail: "reading",
  });
  expect(news({ attempt: 1 })).toMatchObject({ of: { attempt: 1 } });
});
