import type { Clock } from "@agentcomm/protocol";
import { OPEN_TASK_STATES, RateMeter, type TaskRecord, TERMINAL_TASK_STATES } from "@agentcomm/protocol/internal";
import { isTerminal } from "./task-facts.js";
import type { WrittenChange } from "./task-ledger.js";

/** A coordinator in numbers. Counted by this coordinator object, from its start. */
export interface CoordinationStats {
  /** Tasks that it looks after now, and those that it brought to an end. */
  readonly totalTasks: number;
  /** Looked after now, by state. */
  readonly queued: number;
  readonly assigned: number;
  readonly running: number;
  /** Brought to an end, by state. */
  readonly completed: number;
  readonly failed: number;
  readonly canceled: number;
  readonly rejected: number;
  readonly expired: number;
  /** The share of the ended tasks that completed: 0 to 1; 0 as long as none has ended. */
  readonly completionRate: number;
  /** Of the completed tasks: from the last attempt's start, as far as it is known, to its answer. 0 as long as none has completed. */
  readonly averageExecutionTimeMs: number;
  /** Answers that came too late, or from agents that no longer had the task. */
  readonly refusedAnswers: number;
  readonly messagesHandled: number;
  /** Messages handled in the last 60 seconds. */
  readonly messagesPerMinute: number;
}

/** Counts what a coordinator does. */
export class StatsCounter {
  readonly messages: RateMeter;
  readonly #ended = Object.fromEntries(TERMINAL_TASK_STATES.map((state) => [state, 0])) as Record<string, number>;
  #executionMs = 0;
  #refused = 0;

  constructor(clock: Clock) {
    this.messages = new RateMeter(clock);
  }

  count({ next }: WrittenChange): void {
    if (!isTerminal(next)) return;
    this.#ended[next.state] = (this.#ended[next.state] ?? 0) + 1;
    const last = next.attempts.at(-1);
    if (next.state === "completed" && last?.endedAt !== undefined) {
      this.#executionMs += Math.max(0, last.endedAt - (last.startedAt ?? last.assignedAt));
    }
  }

  countRefused(): void {
    this.#refused += 1;
  }

  stats(lookedAfter: Iterable<TaskRecord>): CoordinationStats {
    const open = Object.fromEntries(OPEN_TASK_STATES.map((state) => [state, 0])) as Record<string, number>;
    let openTotal = 0;
    for (const { state } of lookedAfter) {
      open[state] = (open[state] ?? 0) + 1;
      openTotal += 1;
    }
    const ended = { ...this.#ended } as Record<(typeof TERMINAL_TASK_STATES)[number], number>;
    const endedTotal = Object.values(ended).reduce((sum, count) => sum + count, 0);
    return {
      totalTasks: openTotal + endedTotal,
      ...(open as Record<(typeof OPEN_TASK_STATES)[number], number>),
      ...ended,
      completionRate: endedTotal === 0 ? 0 : ended.completed / endedTotal,
      averageExecutionTimeMs: ended.completed === 0 ? 0 : this.#executionMs / ended.completed,
      refusedAnswers: this.#refused,
      messagesHandled: this.messages.total,
      messagesPerMinute: this.messages.perMinute(),
    };
  }
}
