import type { TaskAttempt, TaskRecord } from "@agentcomm/protocol/internal";

/** A task's record as a coordinator first writes it, changed as a test needs it. */
export function queuedTask(changes: Partial<TaskRecord> = {}): TaskRecord {
  return {
    taskId: "t1",
    taskType: "count",
    description: "",
    parameters: { path: "a.txt" },
    requiredCapabilities: ["files"],
    priority: "medium",
    coordinatorId: "boss",
    ownerId: "owner-1",
    state: "queued",
    createdAt: 1_000,
    updatedAt: 1_000,
    deadlineAt: 100_000,
    attemptTimeoutMs: 10_000,
    maxRetries: 3,
    whenNoAgent: "reject",
    attempts: [],
    ...changes,
  };
}

/** An attempt that has ended, or that is under way when no outcome is given. */
export function attemptOf(attempt: number, agentId: string, outcome?: TaskAttempt["outcome"]): TaskAttempt {
  return {
    attempt,
    agentId,
    assignmentId: `t1.${attempt}`,
    assignedAt: 1_000 + attempt,
    ...(outcome === undefined ? {} : { outcome, endedAt: 2_000 + attempt }),
  };
}
