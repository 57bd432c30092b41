import type { JsonObject, TaskErrorContent, TaskResponseStatus } from "@agentcomm/protocol";
import { describe, validateWithSchema } from "@agentcomm/protocol/internal";
import type { TaskEntry } from "./handlers.js";
import { taskError } from "./task-error.js";
import type { TaskRun } from "./task-run.js";

/** How a task ended, as it is answered. */
export interface TaskOutcome {
  readonly status: TaskResponseStatus;
  readonly result?: unknown;
  readonly error?: TaskErrorContent;
}

/** Runs the handler, between the validation of what goes in and of what comes out. Never rejects. */
export async function runHandler({ definition, handler }: TaskEntry, run: TaskRun): Promise<TaskOutcome> {
  let input: unknown = run.context.message.content.parameters;
  if (definition !== undefined) {
    try {
      input = await validateWithSchema(definition.input, input, "input");
    } catch (error) {
      return failed("invalid_input", error);
    }
  }
  let result: unknown;
  try {
    result = await handler(input as JsonObject, run.context);
  } catch (thrown) {
    return endedEarly(run) ?? { status: "failed", error: taskError(thrown) };
  }
  const early = endedEarly(run);
  if (early !== undefined) return early;
  if (definition !== undefined) {
    try {
      // Checked, not replaced: what the schema makes of it is made at the other end, once.
      await validateWithSchema(definition.output, result, "result");
    } catch (error) {
      return failed("invalid_result", error);
    }
  }
  return { status: "completed", ...(result === undefined ? {} : { result }) };
}

/** A failure that the handler did not throw. Another attempt would end the same way, unless `retryable`. */
export function failed(type: string, error: unknown, retryable = false): TaskOutcome {
  return { status: "failed", error: { type, message: describe(error).slice(0, 4_096), retryable } };
}

/** How a run that was told to end is answered, whatever its handler made of that. */
function endedEarly(run: TaskRun): TaskOutcome | undefined {
  run.check();
  if (run.canceled) return { status: "canceled" };
  return run.timedOut ? failed("timeout", run.reason, true) : undefined;
}
