import { isDeepStrictEqual } from "node:util";
import type { TaskAttempt, TaskRecord, TaskState } from "@agentcomm/protocol/internal";

const TERMINAL: ReadonlySet<TaskState> = new Set(["completed", "failed", "canceled", "rejected", "expired"]);

/** Where a task may go from each state, as ARCHITECTURE.md draws it; an attempt that ends without ending the task leads back. */
const NEXT: Readonly<Partial<Record<TaskState, readonly TaskState[]>>> = {
  queued: ["queued", "assigned", "rejected", "canceled", "expired"],
  assigned: ["assigned", "running", "queued", "completed", "failed", "canceled", "expired"],
  running: ["running", "queued", "completed", "failed", "canceled", "expired"],
};

const FIXED = ["taskId", "parameters", "coordinatorId", "createdAt", "deadlineAt", "maxRetries"] as const;

export function hasEnded({ state }: TaskRecord): boolean {
  return TERMINAL.has(state);
}

/** The attempt that somebody works on. */
export function openAttempt({ state, attempts }: TaskRecord): TaskAttempt | undefined {
  const newest = attempts.at(-1);
  return state !== "queued" && newest?.outcome === undefined ? newest : undefined;
}

/** What is wrong with a task's record that replaces another one, by the promises of the coordinator alone. Undefined: nothing. */
export function whatIsWrong(previous: TaskRecord | undefined, next: TaskRecord, now: number): string | undefined {
  return (
    (previous === undefined ? wrongBeginning(next) : wrongStep(previous, next)) ??
    wrongAttempts(next) ??
    wrongEnd(next, now)
  );
}

function wrongBeginning({ state, attempts }: TaskRecord): string | undefined {
  const expected = state === "queued" ? 0 : 1;
  if (state !== "queued" && state !== "assigned") return `begins ${state}`;
  return attempts.length === expected ? undefined : `begins ${state} with ${attempts.length} attempts`;
}

function wrongStep(previous: TaskRecord, next: TaskRecord): string | undefined {
  if (hasEnded(previous)) return `was ${previous.state}, and is written again as ${next.state}`;
  if (!NEXT[previous.state]?.includes(next.state)) return `goes from ${previous.state} to ${next.state}`;
  for (const field of FIXED) if (!isDeepStrictEqual(previous[field], next[field])) return `changes its ${field}`;
  if (next.updatedAt < previous.updatedAt) return "was updated before it was";
  const added = next.attempts.length - previous.attempts.length;
  if (added !== 0 && !(added === 1 && previous.state === "queued" && next.state === "assigned")) {
    return `has ${added} more attempts when it goes from ${previous.state} to ${next.state}`;
  }
  for (const [index, before] of previous.attempts.entries()) {
    const after = next.attempts[index];
    const sameWork = after?.attempt === before.attempt && after.agentId === before.agentId;
    if (!sameWork) return `replaces attempt ${before.attempt} of ${before.agentId}`;
    if (before.outcome !== undefined && !isDeepStrictEqual(before, after))
      return `changes attempt ${before.attempt}, which has ended`;
  }
  return undefined;
}

function wrongAttempts(record: TaskRecord): string | undefined {
  const { attempts, maxRetries, state } = record;
  if (attempts.some(({ attempt }, index) => attempt !== index + 1)) return "its attempts are not numbered from 1 on";
  const open = attempts.filter(({ outcome }) => outcome === undefined);
  const expected = state === "assigned" || state === "running" ? 1 : 0;
  if (open.length !== expected) return `is ${state} with ${open.length} attempts under way`;
  const counted = attempts.filter(({ outcome }) => outcome !== "busy" && outcome !== "unhandled").length;
  return counted > maxRetries + 1 ? `has ${counted} attempts, of at most ${maxRetries + 1}` : undefined;
}

function wrongEnd({ state, attempts, deadlineAt }: TaskRecord, now: number): string | undefined {
  if (state === "completed" && attempts.at(-1)?.outcome !== "completed") return "is completed by no attempt";
  if (state === "expired" && now < deadlineAt) return "expires before its deadline";
  return undefined;
}
