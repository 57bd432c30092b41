import { publishDiagnostics } from "@agentcomm/protocol";
import type { WrittenChange } from "./task-ledger.js";

/** Tells a change on the diagnostics channels: by the instance whose write it was, so each is told once. */
export function publishTask({ next, update }: WrittenChange): void {
  if (update === undefined) return;
  const { kind, at, taskId, agentId, attempt, completionPercentage, detail, error } = update;
  publishDiagnostics(`task.${kind}`, () => ({
    taskId,
    taskType: next.taskType,
    coordinatorId: next.coordinatorId,
    durationMs: at - next.createdAt,
    ...(agentId === undefined ? {} : { agentId }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(completionPercentage === undefined ? {} : { completionPercentage }),
    ...(detail === undefined ? {} : { detail }),
    ...(error === undefined ? {} : { error: { type: error.type, message: error.message } }),
  }));
}
