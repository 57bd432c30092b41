import type { Clock, CoordinationContent, Transport } from "@agentcomm/protocol";
import { formatTimestamp, type TaskAttempt, type TaskRecord } from "@agentcomm/protocol/internal";
import { attemptDeadline } from "./task-facts.js";

/** The action of the message that tells a coordinator's mailbox that one of its tasks was changed by somebody else. */
export const TASK_CHANGED = "task_changed";

/** What a coordinator sends about its tasks. */
export class TaskMail {
  readonly #id: string;
  readonly #transport: Transport;
  readonly #clock: Clock;

  constructor(context: { readonly id: string; readonly transport: Transport; readonly clock: Clock }) {
    this.#id = context.id;
    this.#transport = context.transport;
    this.#clock = context.clock;
  }

  /** Sends an attempt's assignment. Sent again, by whomever, it is stored once. */
  async sendAssignment(record: TaskRecord, { attempt, agentId, assignmentId, ...rest }: TaskAttempt): Promise<void> {
    const { taskId, taskType, description, parameters, requiredCapabilities, priority, coordinatorId } = record;
    const deadline = formatTimestamp(attemptDeadline(record, { attempt, agentId, assignmentId, ...rest }));
    // Not by taskAssignment(), which knows the default limits alone: how large a message may be is the transport's to say.
    await this.#transport.send(
      {
        id: assignmentId,
        from: coordinatorId,
        to: agentId,
        type: "task_assignment",
        content: { taskId, taskType, description, parameters, requiredCapabilities, attempt, deadline },
        priority,
        timestamp: formatTimestamp(this.#clock.now()),
        expiresAt: deadline,
      },
      { idempotencyKey: assignmentId },
    );
  }

  /** Tells an agent to end an attempt. Past the attempt's deadline nobody needs to know. */
  async sendCancel(record: TaskRecord, attempt: TaskAttempt, reason: string): Promise<void> {
    const deadline = attemptDeadline(record, attempt);
    const data = { taskId: record.taskId, attempt: attempt.attempt, reason };
    await this.#send(attempt.agentId, { action: "cancel_task", data }, deadline);
  }

  /** Tells the coordinator that looks after a task to look at its record. */
  async sendChanged({ coordinatorId, taskId }: TaskRecord): Promise<void> {
    await this.#send(coordinatorId, { action: TASK_CHANGED, data: { taskId } });
  }

  /** Id and timestamp are the transport's to give, by the clock that it was made with. */
  async #send(to: string, content: CoordinationContent, deadline = 0): Promise<void> {
    await this.#transport.send({
      from: this.#id,
      to,
      type: "coordination",
      content,
      // Ahead of the work that waits there: it may be about that work.
      priority: "critical",
      ...(deadline > this.#clock.now() ? { expiresAt: formatTimestamp(deadline) } : {}),
    });
  }
}
