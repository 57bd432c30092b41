import {
  AgentCommError,
  type AgentMessage,
  type Clock,
  type Delivery,
  type JsonObject,
  type Logger,
  publishDiagnostics,
  type RecordStore,
} from "@agentcomm/protocol";
import { parseTimestamp } from "@agentcomm/protocol/internal";
import type { Answers } from "./answers.js";
import { CanceledTasks } from "./canceled-tasks.js";
import { FixedDelay } from "./fixed-delay.js";
import { handBack } from "./hand-back.js";
import type { Handlers, TaskEntry } from "./handlers.js";
import { isCurrent } from "./is-current.js";
import { ProgressReports, QUIET_MS } from "./progress.js";
import { failed, runHandler, type TaskOutcome } from "./task-outcome.js";
import { TaskRun } from "./task-run.js";

type Assignment = AgentMessage<"task_assignment">;

/** What running tasks takes. */
export interface TaskRunnerContext {
  readonly id: string;
  readonly maxConcurrentTasks: number;
  /** An assignment older than this is checked against its task's record: the agent may have been given up by then. */
  readonly livenessMs: number;
  readonly handlers: Handlers<TaskEntry>;
  readonly answers: Answers;
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a handler begins; what it returns, when it has ended. */
  readonly onRunning: () => () => void;
}

/** Takes assignments: runs what it has a handler and a slot for, answers every one of them, and only then lets it be acked. */
export class TaskRunner {
  readonly #context: TaskRunnerContext;
  /** Runs by the id of their assignment, until they are answered. */
  readonly #runs = new Map<string, TaskRun>();
  readonly #canceled = new CanceledTasks();
  readonly #quiet: FixedDelay;
  #busy = 0;
  #draining = false;

  constructor(context: TaskRunnerContext) {
    this.#context = context;
    this.#quiet = new FixedDelay(context.clock, QUIET_MS);
  }

  /** Resolves when the assignment may be acked; rejects when it should be offered again. */
  async handle(delivery: Delivery): Promise<void> {
    const { id, records, handlers, log, maxConcurrentTasks } = this.#context;
    const message = delivery.message as Assignment;
    const { taskId, taskType, attempt } = message.content;
    if (taskId === undefined) return await delivery.reject("a task assignment needs a taskId");
    // Offered again while its handler still runs here: the lease was lost, and that run will not answer.
    await this.#runs.get(message.id)?.ended;
    if (this.#mayBeStale(delivery) && !(await isCurrent(records, id, message))) {
      log.info({ taskId, attempt }, "an assignment came that is no longer this agent's; not started");
      return;
    }
    const entry = handlers.get(taskType);
    if (entry === undefined || taskType === undefined) {
      const text = `agent ${id} has no handler for tasks of type ${taskType}`;
      return await this.#answer(delivery, message, rejected("unhandled", text));
    }
    if (this.#canceled.has(taskId, attempt)) return await this.#answer(delivery, message, { status: "canceled" });
    // From here to the start of the run there must be no await, or two would take the last slot.
    if (this.#draining) return await this.#answer(delivery, message, rejected("busy", `agent ${id} is stopping`));
    if (this.#busy >= maxConcurrentTasks) {
      const text = `agent ${id} runs ${this.#busy} of at most ${maxConcurrentTasks} tasks`;
      return await this.#answer(delivery, message, rejected("busy", text));
    }
    await this.#run(entry, delivery, message, taskId, taskType);
  }

  /** Tells the handler of a task to end; one that has not come yet will not be started. */
  cancel(taskId: string, attempt: number | undefined, reason: string): void {
    this.#canceled.add(taskId, attempt);
    for (const run of this.#runs.values()) {
      if (run.taskId !== taskId || (attempt !== undefined && run.attempt !== attempt)) continue;
      run.abort(new AgentCommError("TASK_CANCELED", `task ${taskId} was canceled: ${reason}`, { details: { reason } }));
    }
  }

  /** From now on assignments are answered "busy". Resolves when nothing runs and everything is answered. */
  async drain(): Promise<void> {
    this.#draining = true;
    while (this.#runs.size > 0) await Promise.all([...this.#runs.values()].map((run) => run.ended));
  }

  /** Tells all running handlers to end; none of them will answer. */
  abortAll(reason: AgentCommError): void {
    this.#draining = true;
    for (const run of this.#runs.values()) run.abort(reason);
  }

  #mayBeStale({ attempt, message }: Delivery): boolean {
    const { clock, livenessMs } = this.#context;
    return attempt > 1 || clock.now() - parseTimestamp(message.timestamp) > livenessMs;
  }

  async #run(
    entry: TaskEntry,
    delivery: Delivery,
    message: Assignment,
    taskId: string,
    taskType: string,
  ): Promise<void> {
    const { id, answers, clock, log, onRunning } = this.#context;
    const { attempt } = message.content;
    const reports = new ProgressReports(clock, (progress) =>
      answers.tell(message.from, message.priority, {
        type: "status_update",
        content: { status: "running", taskId, attempt, ...progress },
      }),
    );
    const run = new TaskRun({ delivery, message, taskId, taskType, clock, log, reports });
    this.#runs.set(message.id, run);
    this.#busy += 1;
    const ended = onRunning();
    const startedAt = clock.monotonic();
    const told = { taskId, taskType, agentId: id, attempt };
    publishDiagnostics("task.started", () => told);
    reports.begin(this.#quiet);
    try {
      const outcome = await runHandler(entry, run);
      const executionTimeMs = clock.monotonic() - startedAt;
      // The slot is free before the answer leaves: it may bring the next task at once.
      this.#busy -= 1;
      ended();
      await reports.end(!run.lost);
      if (run.lost) {
        log.warn({ ...told, reason: run.reason?.message }, "a task was given up while it ran; not answered");
        return await handBack(delivery, run.reason?.message);
      }
      await this.#answer(delivery, message, outcome, executionTimeMs);
      publishDiagnostics("task.handled", () => ({
        ...told,
        outcome: outcome.status,
        durationMs: executionTimeMs,
        ...(outcome.error === undefined ? {} : { error: outcome.error }),
      }));
    } finally {
      run.close();
      this.#runs.delete(message.id);
    }
  }

  async #answer(
    delivery: Delivery,
    message: Assignment,
    outcome: TaskOutcome,
    executionTimeMs?: number,
  ): Promise<void> {
    const { taskId, attempt } = message.content;
    const content = {
      taskId,
      attempt,
      ...outcome,
      ...(executionTimeMs === undefined ? {} : { executionTimeMs }),
      ...(outcome.status === "completed" ? { completionPercentage: 100 } : {}),
    } as unknown as JsonObject;
    try {
      await this.#context.answers.send(message, { type: "task_response", content }, delivery);
    } catch (error) {
      if (outcome.status !== "completed" || !isUnsendable(error)) throw error;
      await this.#answer(delivery, message, failed("invalid_result", error), executionTimeMs);
    }
  }
}

function rejected(type: "busy" | "unhandled", message: string): TaskOutcome {
  return { status: "rejected", error: { type, message, retryable: type === "busy" } };
}

function isUnsendable(error: unknown): boolean {
  return AgentCommError.is(error, "INVALID_MESSAGE") || AgentCommError.is(error, "MESSAGE_TOO_LARGE");
}
