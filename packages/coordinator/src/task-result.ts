import { AgentCommError, type ErrorCode, type JsonValue, type StandardSchema } from "@agentcomm/protocol";
import { type TaskRecord, validateWithSchema } from "@agentcomm/protocol/internal";

/** What a task that has ended resolves to, or throws. */
export async function resultOf(record: TaskRecord, output: StandardSchema | undefined): Promise<unknown> {
  const { state, taskId, taskType, attempts, error, reason, result } = record;
  const what = `task ${taskId} (${taskType})`;
  switch (state) {
    case "completed":
      return output === undefined
        ? ((result ?? null) as JsonValue)
        : await validateWithSchema(output, result, `the result of ${what}`);
    case "failed":
      throw ended("TASK_FAILED", `${what} failed: ${error?.message ?? "its agent gave no reason"}`);
    case "canceled":
      throw ended("TASK_CANCELED", `${what} was canceled: ${reason ?? "no reason was given"}`);
    case "rejected":
      throw ended("TASK_REJECTED", `${what} was rejected: ${reason ?? "no agent takes it"}`);
    case "expired":
      throw ended("TASK_TIMEOUT", `${what} was ${reason ?? "not done by its deadline"}`);
    default:
      throw new AgentCommError("STORE_FAILED", `${what} is ${state}: it has not ended`);
  }

  function ended(code: ErrorCode, message: string): AgentCommError {
    return new AgentCommError(code, message, {
      details: {
        taskId,
        taskType,
        attempts,
        ...(error === undefined ? {} : { error }),
        ...(reason === undefined ? {} : { reason }),
      },
    });
  }
}
