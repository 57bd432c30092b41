import type { SupervisorCoordinator, TaskHandle } from "@agentcomm/coordinator";
import { AgentCommError, subscribeDiagnostics } from "@agentcomm/protocol";
import type { Journal } from "../oracle/journal.js";
import type { TaskWork } from "./task-orders.js";

/** The type of the harness's tasks. */
export const TASK_TYPE = "chaos";

const ENDS = ["completed", "failed", "canceled", "rejected", "expired"] as const;
const STATE_OF_CODE: Readonly<Record<string, (typeof ENDS)[number] | "missing">> = {
  TASK_FAILED: "failed",
  TASK_TIMEOUT: "expired",
  TASK_CANCELED: "canceled",
  TASK_REJECTED: "rejected",
  TASK_NOT_FOUND: "missing",
};
const AGAIN_MS = 20;

/** Assigns tasks through a coordinator, follows each to its end, and writes down what it is told of them. */
export class TaskDesk {
  readonly #coordinator: SupervisorCoordinator;
  readonly #journal: Journal;

  constructor(coordinator: SupervisorCoordinator, journal: Journal) {
    this.#coordinator = coordinator;
    this.#journal = journal;
    for (const state of ENDS) {
      subscribeDiagnostics(`task.${state}`, ({ taskId }) => journal.write("ended", taskId, state));
    }
  }

  /** Resolves to the task's handle once the task is accepted. Asks again, under the same id, until it knows. */
  async assign(taskId: string, parameters: TaskWork, requiredCapabilities: readonly string[]): Promise<TaskHandle> {
    const journal = this.#journal;
    journal.write("attempted", taskId);
    for (;;) {
      try {
        const task = await this.#coordinator.assignTask(
          { taskType: TASK_TYPE, parameters, requiredCapabilities },
          // So many agents are killed that a task may lose more than one.
          { taskId, maxRetries: 100 },
        );
        journal.write("stored", taskId);
        return task;
      } catch (error) {
        if (AgentCommError.is(error, "TASK_EXISTS")) {
          journal.write("stored", taskId);
          return await this.#coordinator.getTask(taskId);
        }
        if (!AgentCommError.is(error) || !error.retryable) throw error;
        journal.write(error.outcome === "none" ? "nothing" : "unknown", taskId, error.code);
        await new Promise((resume) => setTimeout(resume, AGAIN_MS));
      }
    }
  }

  /** Resolves once the task's result is seen, or the coordinator is stopped before. The task may be known by its id alone. */
  async see(task: TaskHandle | string): Promise<void> {
    const taskId = typeof task === "string" ? task : task.taskId;
    try {
      const handle = typeof task === "string" ? await this.#coordinator.getTask(task) : task;
      this.#journal.write("result", taskId, `completed ${JSON.stringify(await handle.result())}`);
    } catch (error) {
      const state = AgentCommError.is(error) ? STATE_OF_CODE[error.code] : undefined;
      if (state !== undefined) this.#journal.write("result", taskId, state);
      else if (!AgentCommError.is(error, "CLOSED")) throw error;
    }
  }

  /** Cancels the task as soon as it runs. Resolves when it is canceled, or ended otherwise before. */
  async cancelOnceRunning(task: TaskHandle): Promise<void> {
    try {
      for await (const { kind } of task) {
        if (kind !== "running") continue;
        await task.cancel("no longer needed");
        return;
      }
    } catch (error) {
      // That a task is missing is told as its result.
      if (!AgentCommError.is(error, "TASK_NOT_FOUND")) throw error;
    }
  }
}
