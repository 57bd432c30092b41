/** A record holds no more than a message: what would make it grow without end is cut here. */
import type { TaskErrorContent } from "@agentcomm/protocol";
import type { TaskAttempt, TaskRecord } from "@agentcomm/protocol/internal";

const MOST_BUSY_ATTEMPTS = 20;
const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 8_000;

/** All attempts but the oldest "busy" ones, of which 20 are kept: a task that waits long collects them by the hundred. */
export function keptAttempts(attempts: readonly TaskAttempt[]): readonly TaskAttempt[] {
  const surplus = attempts.filter(({ outcome }) => outcome === "busy").length - MOST_BUSY_ATTEMPTS;
  if (surplus <= 0) return attempts;
  let left = surplus;
  return attempts.filter(({ outcome }) => outcome !== "busy" || left-- <= 0);
}

/** An error short enough for a record. */
export function trimError({ type, message, retryable, stack }: TaskErrorContent): TaskErrorContent {
  return {
    type: type.slice(0, LONGEST_MESSAGE),
    message: message.slice(0, LONGEST_MESSAGE),
    ...(retryable === undefined ? {} : { retryable }),
    ...(stack === undefined ? {} : { stack: stack.slice(0, LONGEST_STACK) }),
  };
}

/** An attempt keeps type and message of its error; the stack is kept once, with the task, when it fails for good. */
export function withoutStack({ stack, ...error }: TaskErrorContent): TaskErrorContent {
  return error;
}

/**
 * What is written instead when a record is too large: first without its parameters, if it has ended, for nobody needs them
 * any more; then failed, with a word about it in place of the result.
 */
export function* smallerRecords(record: TaskRecord, isTerminal: boolean): Generator<TaskRecord> {
  if (isTerminal) yield { ...record, parameters: {} };
  const { result, detail, notBefore, ...rest } = record;
  const message = "the task's record, with its result and attempts, is larger than a record may be";
  yield {
    ...rest,
    description: "",
    parameters: {},
    state: "failed",
    error: { type: "record_too_large", message, retryable: false },
  };
}
