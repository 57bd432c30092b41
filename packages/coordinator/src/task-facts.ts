/** What follows from a task's record. */
import { OPEN_TASK_STATES, type TaskAttempt, type TaskRecord } from "@agentcomm/protocol/internal";

const OPEN_STATES: ReadonlySet<string> = new Set(OPEN_TASK_STATES);

/** Whether the task has ended, for good. */
export function isTerminal({ state }: TaskRecord): boolean {
  return !OPEN_STATES.has(state);
}

/** The attempt that is under way. */
export function openAttempt({ state, attempts }: TaskRecord): TaskAttempt | undefined {
  if (state === "queued") return undefined;
  const newest = attempts.at(-1);
  return newest?.endedAt === undefined ? newest : undefined;
}

/** When the attempt under way is given up: epoch milliseconds. */
export function attemptDeadline({ attemptTimeoutMs, deadlineAt }: TaskRecord, { assignedAt }: TaskAttempt): number {
  return Math.min(assignedAt + attemptTimeoutMs, deadlineAt);
}

/** How many attempts count against maxRetries: those that ended, and not by a refusal. */
export function countedAttempts({ attempts }: TaskRecord): number {
  return attempts.filter(({ outcome }) => outcome !== undefined && outcome !== "busy" && outcome !== "unhandled")
    .length;
}

/** How many of the attempts that ended last were answered "busy", in a row. */
export function busyInARow({ attempts }: TaskRecord): number {
  const ended = attempts.filter(({ outcome }) => outcome !== undefined);
  return ended.length - 1 - ended.findLastIndex(({ outcome }) => outcome !== "busy");
}

/** The agents that have no handler for the task: it is not given to them again. Sorted. */
export function passedOver({ attempts }: TaskRecord): string[] {
  if (attempts.length === 0) return [];
  const unhandled = attempts.filter(({ outcome }) => outcome === "unhandled").map(({ agentId }) => agentId);
  return [...new Set(unhandled)].sort();
}

/** The attempt that an assignment's id names; its answer names it too, whatever else a stranger's answer leaves out. */
export function attemptOfAssignment({ attempts }: TaskRecord, assignmentId: string | undefined): number | undefined {
  return attempts.find((attempt) => attempt.assignmentId === assignmentId)?.attempt;
}
