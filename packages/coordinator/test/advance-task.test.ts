import {
  OPEN_TASK_STATES,
  type TaskAttempt,
  type TaskRecord,
  type TaskState,
  TERMINAL_TASK_STATES,
} from "@agentcomm/protocol/internal";
import { describe, expect, it } from "vitest";
import { advanceTask } from "../src/advance-task.js";
import type { TaskStep } from "../src/task-step.js";
import { attemptOf, queuedTask } from "./task-record.js";

const context = { now: 5_000, ownerId: "owner-2" };
const boom = { type: "Error", message: "boom" };
const current = { attempt: 1, agentId: "w1" };

const assigned = queuedTask({ state: "assigned", attempts: [attemptOf(1, "w1")] });
const running = queuedTask({ state: "running", attempts: [{ ...attemptOf(1, "w1"), startedAt: 1_500 }] });

/** Every kind of step, each fit for the attempt under way. */
const steps: Record<TaskStep["kind"], TaskStep> = {
  assign: { kind: "assign", agentId: "w2" },
  progress: { kind: "progress", of: current, completionPercentage: 40, detail: "half-way" },
  complete: { kind: "complete", of: current, result: { lines: 3 } },
  fail: { kind: "fail", of: current, outcome: "failed", error: boom, retryAt: 6_000 },
  refuse: { kind: "refuse", of: current, outcome: "busy", retryAt: 5_100 },
  reject: { kind: "reject", reason: "nobody handles it" },
  cancel: { kind: "cancel", reason: "changed my mind" },
  expire: { kind: "expire" },
  adopt: { kind: "adopt" },
};

function advanced(record: TaskRecord, step: TaskStep): TaskRecord {
  const outcome = advanceTask(record, step, context);
  if ("refused" in outcome) throw new Error(`refused: ${outcome.refused}`);
  return outcome.next;
}

function refusal(record: TaskRecord, step: TaskStep): string {
  const outcome = advanceTask(record, step, context);
  if ("next" in outcome) throw new Error(`went to ${outcome.next.state}`);
  return outcome.refused;
}

describe("every state and every step", () => {
  const table: Record<(typeof OPEN_TASK_STATES)[number], Record<TaskStep["kind"], TaskState | "refused">> = {
    queued: {
      assign: "assigned",
      progress: "refused",
      complete: "refused",
      fail: "refused",
      refuse: "refused",
      reject: "rejected",
      cancel: "canceled",
      expire: "expired",
      adopt: "queued",
    },
    assigned: {
      assign: "refused",
      progress: "running",
      complete: "completed",
      fail: "queued",
      refuse: "queued",
      reject: "refused",
      cancel: "canceled",
      expire: "expired",
      adopt: "assigned",
    },
    running: {
      assign: "refused",
      progress: "running",
      complete: "completed",
      fail: "queued",
      refuse: "queued",
      reject: "refused",
      cancel: "canceled",
      expire: "expired",
      adopt: "running",
    },
  };
  const records = { queued: queuedTask(), assigned, running };

  for (const state of OPEN_TASK_STATES) {
    for (const [kind, expected] of Object.entries(table[state]) as [TaskStep["kind"], string][]) {
      it(`${state}, ${kind}: ${expected}`, () => {
        const outcome = advanceTask(records[state], steps[kind], context);
        expect("next" in outcome ? outcome.next.state : "refused").toBe(expected);
      });
    }
  }

  it.each(TERMINAL_TASK_STATES)("a %s task refuses every step", (state) => {
    const ended = queuedTask({ state, attempts: [attemptOf(1, "w1", "completed")] });
    for (const step of Object.values(steps)) expect(refusal(ended, step)).toBe(`the task is ${state} already`);
  });

  it("a step never changes the record it is given", () => {
    for (const record of [...Object.values(records)]) {
      const before = structuredClone(record);
      for (const step of Object.values(steps)) advanceTask(record, step, context);
      expect(record).toEqual(before);
    }
  });

  it("who takes a step becomes the owner, at the time of the step", () => {
    for (const kind of ["complete", "fail", "refuse", "cancel", "expire", "adopt"] as const) {
      expect(advanced(assigned, steps[kind])).toMatchObject({ ownerId: "owner-2", updatedAt: 5_000 });
    }
  });

  it("news of progress leaves the owner as it was", () => {
    expect(advanced(assigned, steps.progress)).toMatchObject({ ownerId: "owner-1", updatedAt: 5_000 });
  });
});

describe("assigning", () => {
  it("adds an attempt whose assignment is named after task and attempt", () => {
    const next = advanced(queuedTask({ notBefore: 4_000 }), steps.assign);
    expect(next.attempts).toEqual([{ attempt: 1, agentId: "w2", assignmentId: "t1.1", assignedAt: 5_000 }]);
    expect(next).not.toHaveProperty("notBefore");
  });

  it("numbers attempts onwards, refused ones included", () => {
    const record = queuedTask({ attempts: [attemptOf(1, "w1", "failed"), attemptOf(2, "w1", "busy")] });
    expect(advanced(record, steps.assign).attempts.at(-1)).toMatchObject({ attempt: 3, assignmentId: "t1.3" });
  });
});

describe("only the attempt under way counts", () => {
  const second = queuedTask({ state: "assigned", attempts: [attemptOf(1, "w1", "failed"), attemptOf(2, "w2")] });
  const waiting = queuedTask({ attempts: [attemptOf(1, "w1", "timeout")] });

  it.each(["progress", "complete", "fail", "refuse"] as const)("%s of an old attempt is refused", (kind) => {
    expect(refusal(second, steps[kind])).toBe("attempt 1 is not the newest, which is 2");
  });

  it.each(["progress", "complete", "fail", "refuse"] as const)("%s after the attempt's end is refused", (kind) => {
    expect(refusal(waiting, steps[kind])).toBe("attempt 1 has ended already: timeout");
  });

  it.each(["progress", "complete", "fail", "refuse"] as const)("%s by another agent is refused", (kind) => {
    const step = { ...steps[kind], of: { attempt: 1, agentId: "w9" } } as TaskStep;
    expect(refusal(assigned, step)).toBe("attempt 1 belongs to w1, not to w9");
  });

  it.each(["progress", "complete", "fail", "refuse"] as const)("%s of an attempt yet to come is refused", (kind) => {
    const step = { ...steps[kind], of: { attempt: 7, agentId: "w1" } } as TaskStep;
    expect(refusal(assigned, step)).toBe("attempt 7 is not the newest, which is 1");
  });

  it("an answer to a task that nobody was given is refused", () => {
    expect(refusal(queuedTask(), steps.complete)).toBe("the task was not assigned yet");
  });
});

describe("progress", () => {
  it("the first news starts the attempt, later news leaves its start", () => {
    const started = advanced(assigned, { kind: "progress", of: current });
    expect(started).toMatchObject({ state: "running", attempts: [{ startedAt: 5_000 }] });
    expect(started).not.toHaveProperty("completionPercentage");
    expect(advanced(running, steps.progress)).toMatchObject({
      completionPercentage: 40,
      detail: "half-way",
      attempts: [{ startedAt: 1_500 }],
    });
  });

  it("news without a detail keeps the one before", () => {
    const next = advanced(advanced(running, steps.progress), {
      kind: "progress",
      of: current,
      completionPercentage: 60,
    });
    expect(next).toMatchObject({ completionPercentage: 60, detail: "half-way" });
  });

  it("is forgotten when the attempt ends", () => {
    const next = advanced(advanced(running, steps.progress), steps.fail);
    expect(next).not.toHaveProperty("completionPercentage");
    expect(next).not.toHaveProperty("detail");
  });
});

describe("ends", () => {
  it("completed keeps the result and how the attempt went", () => {
    expect(advanced(running, steps.complete)).toMatchObject({
      state: "completed",
      result: { lines: 3 },
      completionPercentage: 100,
      attempts: [{ outcome: "completed", endedAt: 5_000 }],
    });
  });

  it("canceled keeps the reason and closes the attempt", () => {
    expect(advanced(running, steps.cancel)).toMatchObject({
      state: "canceled",
      reason: "changed my mind",
      attempts: [{ outcome: "canceled", endedAt: 5_000 }],
    });
  });

  it("expired says which deadline, and closes the attempt as timed out", () => {
    const next = advanced(assigned, steps.expire);
    expect(next).toMatchObject({ state: "expired", attempts: [{ outcome: "timeout" }] });
    expect(next.reason).toContain(new Date(100_000).toISOString());
  });

  it("a queued task that ends has no attempt to close", () => {
    const before = [attemptOf(1, "w1", "failed")];
    for (const kind of ["cancel", "expire", "reject"] as const) {
      const next = advanced(queuedTask({ attempts: before, notBefore: 9_000 }), steps[kind]);
      expect(next.attempts).toEqual(before);
      expect(next).not.toHaveProperty("notBefore");
    }
  });
});

describe("attempts that fail", () => {
  it("go back to the queue until the back-off is over", () => {
    expect(advanced(running, steps.fail)).toMatchObject({
      state: "queued",
      notBefore: 6_000,
      attempts: [{ outcome: "failed", error: boom, endedAt: 5_000 }],
    });
  });

  it.each(["failed", "lost", "timeout", "canceled"] as const)(
    "%s counts, and the last one ends the task",
    (outcome) => {
      const failing = {
        kind: "fail",
        of: { attempt: 3, agentId: "w1" },
        outcome,
        error: boom,
        retryAt: 6_000,
      } as const;
      const attempts = [attemptOf(1, "w1", "lost"), attemptOf(2, "w1", "failed"), attemptOf(3, "w1")];
      const lastButOne = queuedTask({ state: "running", maxRetries: 3, attempts });
      expect(advanced(lastButOne, failing)).toMatchObject({ state: "queued" });
      const last = queuedTask({ state: "running", maxRetries: 2, attempts });
      expect(advanced(last, failing)).toMatchObject({ state: "failed", error: boom });
    },
  );

  it("with maxRetries 0 the first failure ends the task", () => {
    expect(advanced({ ...running, maxRetries: 0 }, steps.fail)).toMatchObject({ state: "failed", error: boom });
  });

  it("an error that is not retryable ends the task at once", () => {
    const error = { ...boom, retryable: false };
    const step: TaskStep = { kind: "fail", of: current, outcome: "failed", error, retryAt: 6_000 };
    expect(advanced(running, step)).toMatchObject({ state: "failed", error });
  });

  it("the stack is kept with the task that failed, not with each attempt", () => {
    const error = { ...boom, stack: "at work.js:1" };
    const step: TaskStep = { kind: "fail", of: current, outcome: "failed", error, retryAt: 6_000 };
    const next = advanced({ ...running, maxRetries: 0 }, step);
    expect(next.error).toEqual(error);
    expect(next.attempts[0]?.error).toEqual(boom);
  });
});

describe("refusals", () => {
  it("count no attempt, however many there are", () => {
    let record = queuedTask({ maxRetries: 0 });
    for (let attempt = 1; attempt <= 200; attempt++) {
      record = advanced(record, { kind: "assign", agentId: "w1" });
      const outcome = attempt % 2 === 0 ? "busy" : "unhandled";
      record = advanced(record, { kind: "refuse", of: { attempt, agentId: "w1" }, outcome, retryAt: 5_100 });
    }
    expect(record).toMatchObject({ state: "queued", notBefore: 5_100 });
  });

  it("of a busy agent are kept up to 20, the newest; all other attempts stay", () => {
    let record = advanced(advanced(queuedTask(), { kind: "assign", agentId: "w1" }), steps.fail);
    for (let attempt = 2; attempt <= 100; attempt++) {
      record = advanced(record, { kind: "assign", agentId: "w1" });
      record = advanced(record, { kind: "refuse", of: { attempt, agentId: "w1" }, outcome: "busy", retryAt: 0 });
    }
    const kept = record.attempts.map(({ attempt }: TaskAttempt) => attempt);
    expect(kept).toEqual([1, ...Array.from({ length: 20 }, (_, index) => 81 + index)]);
    expect(advanced(record, steps.assign).attempts.at(-1)?.assignmentId).toBe("t1.101");
  });
});
