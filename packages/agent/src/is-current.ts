import { type AgentMessage, checkRecordKey, type RecordStore } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASK_STATES, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";

/**
 * Whether a task is still this agent's to do, by the task's record: open, its newest attempt the one that the assignment
 * is about, and not ended. A task without a record was assigned by somebody who keeps none: it is.
 */
export async function isCurrent(
  records: RecordStore,
  agentId: string,
  { content: { taskId, attempt } }: AgentMessage<"task_assignment">,
): Promise<boolean> {
  if (taskId === undefined || !isRecordKey(taskId)) return true;
  const found =
    (await records.get<TaskRecord>(OPEN_TASKS, taskId)) ?? (await records.get<TaskRecord>(FINISHED_TASKS, taskId));
  if (found === undefined) return true;
  const { state, attempts } = found.value;
  const newest = attempts.at(-1);
  return (
    (OPEN_TASK_STATES as readonly string[]).includes(state) &&
    newest?.agentId === agentId &&
    newest.attempt === attempt &&
    newest.outcome === undefined
  );
}

function isRecordKey(taskId: string): boolean {
  try {
    checkRecordKey(taskId, "taskId");
    return true;
  } catch {
    // A stranger's task id: no record can have it.
    return false;
  }
}
