import type { TaskErrorContent } from "@agentcomm/protocol";
import type { TaskRecord, TaskState } from "@agentcomm/protocol/internal";
import { isTerminal } from "./task-facts.js";

/**
 * What a task's events are called: the state that it entered; "retried" instead of "queued" after an attempt that failed;
 * "progress" for news of a running one.
 */
export type TaskUpdateKind = TaskState | "retried" | "progress";

/** An event of a task. Changes in quick succession may be told as one, the newest; the last is always told. */
export interface TaskUpdate {
  readonly kind: TaskUpdateKind;
  readonly taskId: string;
  /** Epoch milliseconds, on the clock of the coordinator that wrote the change. */
  readonly at: number;
  /** The newest attempt, and the agent that has or had it. Absent until the first assignment. */
  readonly attempt?: number;
  readonly agentId?: string;
  /** 0 to 100. */
  readonly completionPercentage?: number;
  readonly detail?: string;
  /** Why the newest attempt ended ("retried", "queued"), or why the task failed. */
  readonly error?: TaskErrorContent;
  /** Why the task was canceled, rejected or expired. */
  readonly reason?: string;
}

/** The present state of a task, told as an event. */
export function presentUpdate(record: TaskRecord): TaskUpdate {
  return updateOf(record.state, record);
}

/** What a change of a task's record means to those who follow it. Undefined: nothing, only its owner changed. */
export function describeChange(previous: TaskRecord, next: TaskRecord): TaskUpdate | undefined {
  const kind = kindOfChange(previous, next);
  return kind === undefined ? undefined : updateOf(kind, next);
}

/** What a change is called; undefined: it is nothing to tell. */
export function kindOfChange(previous: TaskRecord, next: TaskRecord): TaskUpdateKind | undefined {
  if (isTerminal(previous)) return undefined;
  if (isTerminal(next)) return next.state;
  const before = previous.attempts.at(-1);
  const now = next.attempts.at(-1);
  const sameAttempt = before?.attempt === now?.attempt;
  if (next.state === "queued") {
    if (previous.state === "queued" && sameAttempt) return undefined;
    return now?.outcome === "busy" || now?.outcome === "unhandled" ? "queued" : "retried";
  }
  if (!sameAttempt || previous.state !== next.state) return next.state;
  const sameProgress = previous.completionPercentage === next.completionPercentage && previous.detail === next.detail;
  return next.state === "assigned" || sameProgress ? undefined : "progress";
}

/** A task's record, told as an event of the given kind. */
export function updateOf(kind: TaskUpdateKind, record: TaskRecord): TaskUpdate {
  const { taskId, updatedAt, completionPercentage, detail, reason, state } = record;
  const newest = record.attempts.at(-1);
  const error = record.error ?? (state === "queued" ? newest?.error : undefined);
  return {
    kind,
    taskId,
    at: updatedAt,
    ...(newest === undefined ? {} : { attempt: newest.attempt, agentId: newest.agentId }),
    ...(completionPercentage === undefined ? {} : { completionPercentage }),
    ...(detail === undefined ? {} : { detail }),
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { reason }),
  };
}
