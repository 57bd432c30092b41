import { AgentCommError, type JsonValue, PRIORITIES } from "@agentcomm/protocol";
import {
  OPEN_TASK_STATES,
  type TaskAttempt,
  type TaskRecord,
  TERMINAL_TASK_STATES,
} from "@agentcomm/protocol/internal";

/** A task's record and the version that it has in the collection of open tasks. */
export interface StoredTask {
  readonly record: TaskRecord;
  readonly version: number;
}

const STATES: ReadonlySet<unknown> = new Set([...OPEN_TASK_STATES, ...TERMINAL_TASK_STATES]);

const isText = (value: unknown): boolean => typeof value === "string";
/** Milliseconds: a number from 0 up that Date takes for an instant, since they become deadlines. */
const isTime = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 8.64e15;

const REQUIRED = {
  taskId: isText,
  taskType: isText,
  coordinatorId: isText,
  ownerId: isText,
  createdAt: isTime,
  updatedAt: isTime,
  deadlineAt: isTime,
  attemptTimeoutMs: isTime,
  maxRetries: isTime,
} as const;

/** Reads what stands under a task's key, whoever wrote it. Throws INVALID_MESSAGE, naming the field, if it is no task. */
export function readTaskRecord(taskId: string, value: JsonValue): TaskRecord {
  const record = (typeof value === "object" && value !== null ? value : {}) as Partial<
    Record<keyof TaskRecord, unknown>
  >;
  for (const [field, accepts] of Object.entries(REQUIRED) as [keyof typeof REQUIRED, typeof isText][]) {
    if (!accepts(record[field])) throw invalid(taskId, field);
  }
  if (record.taskId !== taskId) throw invalid(taskId, "taskId");
  if (!(PRIORITIES as readonly unknown[]).includes(record.priority)) throw invalid(taskId, "priority");
  if (!STATES.has(record.state)) throw invalid(taskId, "state");
  if (!Array.isArray(record.attempts) || !record.attempts.every(isAttempt)) throw invalid(taskId, "attempts");
  if (!Array.isArray(record.requiredCapabilities)) throw invalid(taskId, "requiredCapabilities");
  return record as TaskRecord;
}

function isAttempt(value: unknown): boolean {
  const { attempt, agentId, assignedAt } = (value ?? {}) as { readonly [Field in keyof TaskAttempt]?: unknown };
  return Number.isSafeInteger(attempt) && isText(agentId) && isTime(assignedAt);
}

function invalid(taskId: string, field: keyof TaskRecord): AgentCommError {
  return new AgentCommError("INVALID_MESSAGE", `the record of task ${taskId} has no valid ${field}`, {
    details: { taskId, field },
  });
}
