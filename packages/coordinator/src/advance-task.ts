/**
 * The state machine of a task, pure: a record and what happened make the next record, or a refusal.
 *
 * `queued → assigned → running → completed | failed | canceled | rejected | expired`, and from assigned or running back to
 * queued when an attempt ends without ending the task.
 */
import type { AttemptOutcome, TaskAttempt, TaskRecord } from "@agentcomm/protocol/internal";
import { countedAttempts, isTerminal, openAttempt } from "./task-facts.js";
import type { AttemptReference, TaskStep } from "./task-step.js";
import { keptAttempts, withoutStack } from "./trim-task.js";

/** Who takes the step, and when. */
export interface StepContext {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The running coordinator that writes the next record, and looks after the task from then on. */
  readonly ownerId: string;
}

/** What a step leads to. A refused step changes nothing. */
export type Advance = { readonly next: TaskRecord } | { readonly refused: string };

/** Applies a step to a task. */
export function advanceTask(record: TaskRecord, step: TaskStep, context: StepContext): Advance {
  if (isTerminal(record)) return { refused: `the task is ${record.state} already` };
  const { now, ownerId } = context;
  const base = { ...record, ownerId, updatedAt: now };
  if ("of" in step) {
    const refused = whyNotCurrent(record, step.of);
    if (refused !== undefined) return { refused };
  }
  switch (step.kind) {
    case "assign":
      return assign(base, step.agentId, now);
    case "progress":
      return { next: progress({ ...base, ownerId: record.ownerId }, step, now) };
    case "complete": {
      const { detail, ...rest } = close(base, "completed", now);
      const result = step.result === undefined ? {} : { result: step.result };
      return { next: { ...rest, ...result, state: "completed", completionPercentage: 100 } };
    }
    case "fail":
      return { next: fail(base, step, now) };
    case "refuse": {
      const { error, outcome, retryAt } = step;
      return { next: queued(close(base, outcome, now, error), retryAt) };
    }
    case "reject":
      if (record.state !== "queued") return { refused: `an agent has the task: it is ${record.state}` };
      return { next: { ...unqueued(base), state: "rejected", reason: step.reason } };
    case "cancel":
      return { next: { ...unqueued(close(base, "canceled", now)), state: "canceled", reason: step.reason } };
    case "expire": {
      const reason = `not done by its deadline ${new Date(record.deadlineAt).toISOString()}`;
      return { next: { ...unqueued(close(base, "timeout", now)), state: "expired", reason } };
    }
    case "adopt":
      return { next: base };
  }
}

function whyNotCurrent(record: TaskRecord, of: AttemptReference): string | undefined {
  const current = openAttempt(record);
  if (current?.attempt === of.attempt && current.agentId === of.agentId) return undefined;
  const newest = record.attempts.at(-1);
  if (newest === undefined) return "the task was not assigned yet";
  if (newest.attempt !== of.attempt) return `attempt ${of.attempt} is not the newest, which is ${newest.attempt}`;
  if (newest.agentId !== of.agentId) return `attempt ${of.attempt} belongs to ${newest.agentId}, not to ${of.agentId}`;
  return `attempt ${of.attempt} has ended already: ${newest.outcome}`;
}

function assign(base: TaskRecord, agentId: string, now: number): Advance {
  if (base.state !== "queued") return { refused: `the task is ${base.state} already` };
  const attempt = (base.attempts.at(-1)?.attempt ?? 0) + 1;
  const added: TaskAttempt = { attempt, agentId, assignmentId: `${base.taskId}.${attempt}`, assignedAt: now };
  return { next: { ...unqueued(base), state: "assigned", attempts: [...base.attempts, added] } };
}

function progress(base: TaskRecord, step: TaskStep & { kind: "progress" }, now: number): TaskRecord {
  const { completionPercentage = base.completionPercentage, detail = base.detail } = step;
  return {
    ...base,
    state: "running",
    attempts: replaceLast(base, (attempt) => ({ ...attempt, startedAt: attempt.startedAt ?? now })),
    ...(completionPercentage === undefined ? {} : { completionPercentage }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function fail(base: TaskRecord, step: TaskStep & { kind: "fail" }, now: number): TaskRecord {
  const closed = close(base, step.outcome, now, step.error);
  const isLast = step.error.retryable === false || countedAttempts(closed) > closed.maxRetries;
  return isLast ? { ...closed, state: "failed", error: step.error } : queued(closed, step.retryAt);
}

/** Back in the queue: what the ended attempt told of itself is no longer true of the task. */
function queued(record: TaskRecord, retryAt: number): TaskRecord {
  const { completionPercentage, detail, ...rest } = record;
  return { ...rest, state: "queued", notBefore: retryAt };
}

function unqueued(record: TaskRecord): TaskRecord {
  const { notBefore, ...rest } = record;
  return rest;
}

/** Ends the open attempt, if there is one. */
function close(record: TaskRecord, outcome: AttemptOutcome, now: number, error?: TaskAttempt["error"]): TaskRecord {
  if (openAttempt(record) === undefined) return record;
  const attempts = replaceLast(record, (attempt) => ({
    ...attempt,
    endedAt: now,
    outcome,
    ...(error === undefined ? {} : { error: withoutStack(error) }),
  }));
  return { ...record, attempts: keptAttempts(attempts) };
}

function replaceLast({ attempts }: TaskRecord, change: (attempt: TaskAttempt) => TaskAttempt): readonly TaskAttempt[] {
  return attempts.map((attempt, index) => (index === attempts.length - 1 ? change(attempt) : attempt));
}
