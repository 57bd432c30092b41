import { AgentCommError, type AgentMessage, type Clock, type Delivery, type Logger } from "@agentcomm/protocol";
import { checkNumber, describe, parseTimestamp } from "@agentcomm/protocol/internal";
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
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #deadlineAt: number | undefined;
  #reason: AgentCommError | undefined;
  #controller: AbortController | undefined;
  #cancelDeadline: () => void = () => {};
  #end: () => void = () => {};

  constructor({ delivery, message, taskId, taskType, clock, log, reports }: TaskRunOptions) {
    const { attempt, description, deadline } = message.content;
    const getSignal = (): AbortSignal => this.#signal();
    this.taskId = taskId;
    this.attempt = attempt;
    this.context = {
      taskId,
      taskType,
      description,
      attempt,
      // Not by Date, which takes an instant without a zone for local time, and half of the forms of ISO 8601 for none.
      ...(deadline === undefined ? {} : { deadline: new Date(parseTimestamp(deadline)) }),
      message,
      get signal() {
        return getSignal();
      },
      progress: (percent, detail) => reports.progress(progressOf(percent, detail)),
      log,
    };
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#delivery = delivery;
    this.#clock = clock;
    this.#deadlineAt = this.context.deadline?.getTime();
  }

  /** Tells the handler that its work is no longer wanted. The first reason stays. */
  abort(reason: AgentCommError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Looks whether the run should have ended by now: for a handler that never looked at its signal. */
  check(): void {
    if (this.#deadlineAt !== undefined && this.#deadlineAt <= this.#clock.now()) this.abort(this.#tooLate());
    else if (this.#delivery.leaseExpiresAt <= this.#clock.now()) this.abort(leaseLost());
  }

  /** Why the work is no longer wanted, if it isn't. */
  get reason(): AgentCommError | undefined {
    return this.#reason;
  }

  get canceled(): boolean {
    return AgentCommError.is(this.#reason, "TASK_CANCELED");
  }

  get timedOut(): boolean {
    return AgentCommError.is(this.#reason, "TASK_TIMEOUT");
  }

  /** The message is somebody else's now, or will be: whatever the handler did, this run must not answer. */
  get lost(): boolean {
    return this.#reason !== undefined && !this.canceled && !this.timedOut;
  }

  close(): void {
    this.#cancelDeadline();
    this.#end();
  }

  /** Made when the handler looks at it: most don't, and then neither it nor its timers cost anything. */
  #signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal;
    this.#controller = new AbortController();
    const { signal } = this.#delivery;
    const onLost = (): void => this.abort(AgentCommError.is(signal.reason) ? signal.reason : leaseLost());
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    else if (signal.aborted) onLost();
    else signal.addEventListener("abort", onLost, { once: true });
    if (this.#deadlineAt !== undefined) {
      const leftMs = this.#deadlineAt - this.#clock.now();
      this.#cancelDeadline = this.#clock.timer(leftMs, () => this.abort(this.#tooLate()));
    }
    return this.#controller.signal;
  }

  #tooLate(): AgentCommError {
    const { deadline } = this.context;
    return new AgentCommError("TASK_TIMEOUT", `attempt ${this.attempt} did not end by ${deadline?.toISOString()}`);
  }
}

function leaseLost(): AgentCommError {
  return new AgentCommError("LEASE_LOST", "the lease of the task's message has ended; others may receive it now");
}

function progressOf(percent: number, detail: string | undefined): Progress {
  return {
    completionPercentage: checkNumber("percent", percent, { min: 0, max: 100 }),
    ...(detail === undefined ? {} : { detail: describe(detail) }),
  };
}
