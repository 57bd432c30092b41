import { publishDiagnostics } from "@agentcomm/protocol";
import type { WrittenChange } from "./task-ledger.js";
import { updateOf } from "./task-update.js";

/** Tells a change on the diagnostics channels: by the instance whose write it was, so each is told once. */
export function publishTask({ next, kind }: WrittenChange): void {
  if (kind === undefined) return;
  publishDiagnostics(`task.${kind}`, () => {
    const { at, taskId, agentId, attempt, completionPercentage, detail, error } = updateOf(kind, next);
    return {
      taskId,
      taskType: next.taskType,
      coordinatorId: next.coordinatorId,
      durationMs: at - next.createdAt,
      ...(agentId === undefined ? {} : { agentId }),
      ...(attempt === undefined ? {} : { attempt }),
      ...(completionPercentage === undefined ? {} : { completionPercentage }),
      ...(detail === undefined ? {} : { detail }),
      ...(error === undefined ? {} : { error: { type: error.type, message: error.message } }),
    };
  });
}
