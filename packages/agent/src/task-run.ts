import { AgentCommError, type AgentMessage, type Clock, type Delivery, type Logger } from "@agentcomm/protocol";
import { checkNumber } from "@agentcomm/protocol/internal";
import type { TaskContext } from "./agent.js";
import type { Progress, ProgressReports } from "./progress.js";

/** What a run needs to know. */
export interface TaskRunOptions {
  readonly delivery: Delivery;
  readonly message: AgentMessage<"task_assignment">;
  readonly taskId: string;
  readonly taskType: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reports: ProgressReports;
}

/** One run of a task's handler: when it is over, and when it must end early. */
export class TaskRun {
  readonly taskId: string;
  readonly attempt: number;
  readonly context: TaskContext;
  /** Resolves when the run is over and answered, or given up. */
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();
  readonly #delivery: Delivery;
  readonly #cancelDeadline: () => void;
  readonly #onLost: () => void;
  #end: () => void = () => {};

  constructor({ delivery, message, taskId, taskType, clock, log, reports }: TaskRunOptions) {
    const { attempt, description, deadline } = message.content;
    const deadlineAt = deadline === undefined ? undefined : new Date(deadline);
    this.taskId = taskId;
    this.attempt = attempt;
    this.context = {
      taskId,
      taskType,
      description,
      attempt,
      ...(deadlineAt === undefined ? {} : { deadline: deadlineAt }),
      message,
      signal: this.#controller.signal,
      progress: (percent, detail) => reports.progress(progressOf(percent, detail)),
      log,
    };
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#delivery = delivery;
    this.#onLost = () => this.abort(delivery.signal.reason as AgentCommError);
    if (delivery.signal.aborted) this.#onLost();
    else delivery.signal.addEventListener("abort", this.#onLost, { once: true });
    this.#cancelDeadline =
      deadlineAt === undefined
        ? () => {}
        : clock.timer(deadlineAt.getTime() - clock.now(), () => {
            this.abort(new AgentCommError("TASK_TIMEOUT", `attempt ${attempt} did not end by ${deadline}`));
          });
  }

  /** Tells the handler that its work is no longer wanted. The first reason stays. */
  abort(reason: AgentCommError): void {
    this.#controller.abort(reason);
  }

  /** Why the handler was told to end, if it was. */
  get aborted(): AgentCommError | undefined {
    return this.#controller.signal.aborted ? (this.#controller.signal.reason as AgentCommError) : undefined;
  }

  /** The message is somebody else's now, or will be: whatever the handler did, this run must not answer. */
  get lost(): boolean {
    return this.aborted !== undefined && !AgentCommError.is(this.aborted, "TASK_CANCELED") && !this.timedOut;
  }

  get timedOut(): boolean {
    return AgentCommError.is(this.aborted, "TASK_TIMEOUT");
  }

  /** The handler is done: its deadline is none any more. */
  stopClock(): void {
    this.#cancelDeadline();
  }

  close(): void {
    this.#cancelDeadline();
    this.#delivery.signal.removeEventListener("abort", this.#onLost);
    this.#end();
  }
}

function progressOf(percent: number, detail: string | undefined): Progress {
  return {
    completionPercentage: checkNumber("percent", percent, { min: 0, max: 100 }),
    ...(detail === undefined ? {} : { detail: String(detail) }),
  };
}
