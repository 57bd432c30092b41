import type { JsonValue } from "@agentcomm/protocol";
import type { TaskRecord } from "@agentcomm/protocol/internal";
import type { TaskUpdate } from "./task-update.js";

/** A task as its record keeps it: state, every attempt, who and why. Times are epoch milliseconds. */
export type TaskInfo = TaskRecord;

/**
 * A task to follow, from the process that assigned it or any other. Iterate over it for its events: first its present
 * state, then each change, the terminal one last; a task that has ended yields that one alone.
 *
 * Once the coordinator that the handle came from is stopped, everything rejects with CLOSED: the task itself goes on, or
 * waits, and `getTask` of another coordinator finds it.
 */
export interface TaskHandle<Output = JsonValue> extends AsyncIterable<TaskUpdate> {
  readonly taskId: string;
  /**
   * Resolves to the task's result (null if there is none), validated if the task has a definition. Rejects with
   * TASK_FAILED, TASK_TIMEOUT, TASK_CANCELED or TASK_REJECTED when the task ended so (`details` tell the last error, the
   * reason and the attempts), with INVALID_MESSAGE if the result does not fit the definition, with ABORTED when `signal`
   * fires. A result that nobody asks for is no unhandled rejection.
   */
  result(options?: { readonly signal?: AbortSignal }): Promise<Output>;
  /**
   * Ends the task, wherever it is: no agent starts it any more, one that works on it is told to stop. Resolves to true once
   * the task is canceled; to false if it had ended before. Rejects with TASK_NOT_FOUND if it is no longer kept.
   */
  cancel(reason?: string): Promise<boolean>;
  /** The task as it stands. Rejects with TASK_NOT_FOUND if it is no longer kept. */
  status(): Promise<TaskInfo>;
}
