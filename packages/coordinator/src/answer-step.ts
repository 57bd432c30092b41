/** What the messages of agents mean for the tasks they are about. */
import type { AgentMessage, TaskErrorContent } from "@agentcomm/protocol";
import { backoffMs, type TaskRecord } from "@agentcomm/protocol/internal";
import { attemptDeadline, attemptOfAssignment, busyInARow, openAttempt } from "./task-facts.js";
import type { AttemptReference, TaskStep } from "./task-step.js";
import { trimError } from "./trim-task.js";

/** Time and chance, for what is to be tried again. */
export interface RetryTimes {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly random: () => number;
  /** When an attempt after one that failed now may begin. */
  readonly retryAt: (record: TaskRecord) => number;
}

// A busy agent's record catches up within its next heartbeat; asking it again at once would be asked in vain.
const BUSY_BACKOFF = { minMs: 50, maxMs: 5_000 };

/** The step that a `task_response` asks for, or why none is taken. */
export function stepOfAnswer(
  message: AgentMessage<"task_response">,
  record: TaskRecord,
  { now, random, retryAt }: RetryTimes,
): TaskStep | { readonly refused: string } {
  const { status, result, error, attempt } = message.content;
  // What was answered says it best: a stranger's answer may leave the attempt out, which then reads as 1.
  const of = { attempt: answeredAttempt(message, "response-", record) ?? attempt, agentId: message.from };
  switch (status) {
    case "completed":
      return { kind: "complete", of, result };
    case "failed":
      if (error?.type === "timeout") return stepOfTimeout(of, error, record, retryAt(record));
      return { kind: "fail", of, outcome: "failed", error: told(error, "failed"), retryAt: retryAt(record) };
    case "canceled":
      return { kind: "fail", of, outcome: "canceled", error: told(error, "canceled"), retryAt: retryAt(record) };
    case "rejected":
      if (error?.type === "busy") {
        const delayMs = backoffMs(busyInARow(record) + 1, BUSY_BACKOFF, random);
        return { kind: "refuse", of, outcome: "busy", error: trimError(error), retryAt: now + delayMs };
      }
      return { kind: "refuse", of, outcome: "unhandled", error: told(error, "unhandled"), retryAt: now };
    default:
      return { refused: "the answer has no status" };
  }
}

/**
 * Agents watch the clock themselves, and may be the first to tell that an attempt is over its time. That a task is, is the
 * coordinator's to tell: it would have failed or expired as the one clock or the other is ahead by a millisecond.
 */
function stepOfTimeout(
  of: AttemptReference,
  { message }: TaskErrorContent,
  record: TaskRecord,
  retryAt: number,
): TaskStep | { readonly refused: string } {
  const attempt = openAttempt(record);
  if (attempt !== undefined && attemptDeadline(record, attempt) >= record.deadlineAt) {
    return { refused: "the task is about to expire" };
  }
  return { kind: "fail", of, outcome: "timeout", error: trimError({ type: "attempt_timeout", message }), retryAt };
}

/** The step that an `error_report` about a task asks for: a failed attempt. */
export function stepOfErrorReport(
  message: AgentMessage<"error_report">,
  record: TaskRecord,
  { retryAt }: RetryTimes,
): TaskStep {
  const { errorType = "error_report", errorMessage = "", stack } = message.content;
  const error = trimError({ type: errorType, message: errorMessage, ...(stack === undefined ? {} : { stack }) });
  const attempt = answeredAttempt(message, "error-", record) ?? namedAttempt(message, record);
  return { kind: "fail", of: { attempt, agentId: message.from }, outcome: "failed", error, retryAt: retryAt(record) };
}

/** The step that a `status_update` about a task asks for: it runs, this far. */
export function stepOfStatusUpdate(message: AgentMessage<"status_update">, record: TaskRecord): TaskStep {
  const { completionPercentage, detail } = message.content;
  const of: AttemptReference = { attempt: namedAttempt(message, record), agentId: message.from };
  return { kind: "progress", of, completionPercentage, detail: detail?.slice(0, 2_000) };
}

function told(error: TaskErrorContent | undefined, type: string): TaskErrorContent {
  return trimError(error ?? { type, message: "the agent gave no reason" });
}

/** The attempt whose assignment a message answers, by its correlation or, as the first agents did it, by its own id. */
function answeredAttempt(message: AgentMessage, prefix: string, record: TaskRecord): number | undefined {
  const { id, correlationId } = message;
  return (
    attemptOfAssignment(record, correlationId) ??
    (id.startsWith(prefix) ? attemptOfAssignment(record, id.slice(prefix.length)) : undefined)
  );
}

/** The attempt that a message names in its content; one that names none is about the attempt under way. */
function namedAttempt(message: AgentMessage<"error_report" | "status_update">, record: TaskRecord): number {
  const named = message.content.attempt;
  if (typeof named === "number") return named;
  return attemptOfAssignment(record, message.correlationId) ?? openAttempt(record)?.attempt ?? 0;
}
