import type { SupervisorCoordinator, TaskInfo } from "@agentcomm/coordinator";
import { AgentCommError, type TaskDefinition } from "@agentcomm/protocol";
import type { ReportedTask } from "../report/report.js";

/** A task that has ended: with a result, or with a sentence that says why there is none. */
export type DoneTask<Output> = { readonly report: ReportedTask } & (
  | { readonly output: Output }
  | { readonly failure: string }
);

/** Ends in which the crew could not do the task, and which are a result like any other. */
const ENDS = new Set(["TASK_FAILED", "TASK_TIMEOUT", "TASK_REJECTED", "TASK_CANCELED"]);

/** Has a task done, whoever does it and however often it takes. Rejects only if the supervisor itself can't go on. */
export async function doTask<Input, Output>(
  coordinator: SupervisorCoordinator,
  definition: TaskDefinition<Input, Output>,
  input: NoInfer<Input>,
  about: { readonly path?: string; readonly onAssigned: (taskId: string) => void },
): Promise<DoneTask<Output>> {
  const handle = await coordinator.assignTask(definition, input, { whenNoAgent: "wait" });
  about.onAssigned(handle.taskId);
  const end = await handle.result().then(
    (output) => ({ output }),
    (error: unknown) => {
      if (!AgentCommError.is(error) || !ENDS.has(error.code)) throw error;
      return { failure: error.message };
    },
  );
  return { report: reportTask(await handle.status(), about.path), ...end };
}

function reportTask(task: TaskInfo, path: string | undefined): ReportedTask {
  return {
    taskId: task.taskId,
    type: task.taskType,
    ...(path === undefined ? {} : { path }),
    state: task.state,
    agents: task.attempts.map(({ agentId }) => agentId),
    attempts: task.attempts.map(({ attempt, agentId, assignedAt, startedAt, endedAt, outcome }) => ({
      attempt,
      agent: agentId,
      assignedAt: iso(assignedAt),
      ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }),
      ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
      ...(outcome === undefined ? {} : { outcome }),
    })),
    createdAt: iso(task.createdAt),
    endedAt: iso(task.updatedAt),
    durationMs: task.updatedAt - task.createdAt,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
