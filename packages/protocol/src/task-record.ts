/**
 * A task as the records keep it: what a coordinator writes, and what an agent, a handle or another coordinator reads.
 * Open tasks are in the collection {@link OPEN_TASKS}, finished ones in {@link FINISHED_TASKS}; the key is the task's id.
 * A task is finished the moment its open record says so: that write, guarded by the record's version, is the commit.
 * Moving it to the finished ones comes after, and a reader who finds it in both takes either.
 */
import type { JsonObject, JsonValue } from "./json.js";
import type { Priority, TaskErrorContent } from "./message.js";

/** The collection of the tasks that have not been archived yet. */
export const OPEN_TASKS = "tasks.open";

/** The collection of the finished tasks, kept for the coordinator's taskRetentionMs. */
export const FINISHED_TASKS = "tasks.finished";

/** The states of a task from which it can still change. */
export const OPEN_TASK_STATES = ["queued", "assigned", "running"] as const;

/** The states in which a task ends. A task in one of them never changes again. */
export const TERMINAL_TASK_STATES = ["completed", "failed", "canceled", "rejected", "expired"] as const;

/** Where a task can be in its life. */
export type TaskState = (typeof OPEN_TASK_STATES)[number] | (typeof TERMINAL_TASK_STATES)[number];

/**
 * How an attempt ended. "busy" (no slot) and "unhandled" (no handler) are refusals: they count no attempt against
 * maxRetries. "lost": the agent left the registry. "timeout": over attemptTimeoutMs.
 */
export type AttemptOutcome = "completed" | "failed" | "busy" | "unhandled" | "lost" | "timeout" | "canceled";

/** One assignment of a task to an agent. */
export interface TaskAttempt {
  /** 1 for the first assignment; one higher on each, refused ones included. The answer must name the newest. */
  readonly attempt: number;
  readonly agentId: string;
  /** The id of the assignment message; its answer has the id `response-<assignmentId>`. */
  readonly assignmentId: string;
  /** Epoch milliseconds. */
  readonly assignedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly outcome?: AttemptOutcome;
  readonly error?: TaskErrorContent;
}

/** A task's record. Times are epoch milliseconds. */
export interface TaskRecord {
  readonly taskId: string;
  readonly taskType: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly requiredCapabilities: readonly string[];
  readonly priority: Priority;
  /** The id of the coordinator that assigned it; its answers go to that mailbox. */
  readonly coordinatorId: string;
  /** The running coordinator object that looks after it now. Another of the same id takes over when that one is gone. */
  readonly ownerId: string;
  readonly state: TaskState;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The task expires then. */
  readonly deadlineAt: number;
  readonly attemptTimeoutMs: number;
  readonly maxRetries: number;
  /** While queued: not to be assigned before (back-off). */
  readonly notBefore?: number;
  /** What happens when no live agent has the capabilities. */
  readonly whenNoAgent: "reject" | "wait";
  readonly attempts: readonly TaskAttempt[];
  readonly completionPercentage?: number;
  readonly detail?: string;
  readonly result?: JsonValue;
  readonly error?: TaskErrorContent;
  /** Why it was canceled, rejected or expired, for people. */
  readonly reason?: string;
}
