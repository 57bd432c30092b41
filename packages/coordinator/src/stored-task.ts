import { AgentCommError, type JsonValue, PRIORITIES } from "@agentcomm/protocol";
import { OPEN_TASK_STATES, type TaskRecord, TERMINAL_TASK_STATES } from "@agentcomm/protocol/internal";

/** A task's record and the version that it has in the collection of open tasks. */
export interface StoredTask {
  readonly record: TaskRecord;
  readonly version: number;
}

const STATES: ReadonlySet<unknown> = new Set([...OPEN_TASK_STATES, ...TERMINAL_TASK_STATES]);

const REQUIRED = {
  taskId: "string",
  taskType: "string",
  coordinatorId: "string",
  ownerId: "string",
  createdAt: "number",
  updatedAt: "number",
  deadlineAt: "number",
  attemptTimeoutMs: "number",
  maxRetries: "number",
} as const;

/** Reads what stands under a task's key, whoever wrote it. Throws INVALID_MESSAGE, naming the field, if it is no task. */
export function readTaskRecord(taskId: string, value: JsonValue): TaskRecord {
  const record = (typeof value === "object" && value !== null ? value : {}) as Partial<
    Record<keyof TaskRecord, unknown>
  >;
  for (const [field, type] of Object.entries(REQUIRED) as [keyof typeof REQUIRED, string][]) {
    if (typeof record[field] !== type) throw invalid(taskId, field);
  }
  if (record.taskId !== taskId) throw invalid(taskId, "taskId");
  if (!(PRIORITIES as readonly unknown[]).includes(record.priority)) throw invalid(taskId, "priority");
  if (!STATES.has(record.state)) throw invalid(taskId, "state");
  if (!Array.isArray(record.attempts)) throw invalid(taskId, "attempts");
  if (!Array.isArray(record.requiredCapabilities)) throw invalid(taskId, "requiredCapabilities");
  return record as TaskRecord;
}

function invalid(taskId: string, field: keyof TaskRecord): AgentCommError {
  return new AgentCommError("INVALID_MESSAGE", `the record of task ${taskId} has no valid ${field}`, {
    details: { taskId, field },
  });
}
