import { AgentCommError, type Clock } from "@agentcomm/protocol";
import { backoffMs, type TaskAttempt, type TaskRecord } from "@agentcomm/protocol/internal";
import type { AgentRegistry } from "@agentcomm/registry";
import type { Persevere } from "./background.js";
import type { Dispatcher } from "./dispatcher.js";
import type { DueKind, OpenTask } from "./open-task.js";
import { attemptDeadline, countedAttempts, openAttempt } from "./task-facts.js";
import type { TaskLedger } from "./task-ledger.js";
import type { TaskMail } from "./task-mail.js";
import type { AttemptReference, TaskStep } from "./task-step.js";
import type { Timetable } from "./timetable.js";

/** What looking after tasks takes. */
export interface CareContext {
  readonly ledger: TaskLedger;
  readonly dispatcher: Dispatcher;
  readonly registry: AgentRegistry;
  readonly mail: TaskMail;
  readonly timetable: Timetable;
  readonly persevere: Persevere;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retryBackoff: { readonly minMs: number; readonly maxMs: number };
}

// What an agent answered in time may lie in the mailbox still: when it leaves in good order, or when this process finds a
// task that fell due while no coordinator ran.
const GRACE_MS = 1_000;

/**
 * Does for each task what its record asks for: a slot held, the assignment sent, a place in the line, an eye on the clock
 * and on the agent. Everything follows from the record, so it is the same whether this process wrote it, took it over
 * after a crash, or learned of it.
 */
export class TaskCare {
  readonly #context: CareContext;
  readonly #byAgent = new Map<string, Set<OpenTask>>();

  constructor(context: CareContext) {
    this.#context = context;
  }

  /** The task's record is new. */
  keep(task: OpenTask): void {
    const { record } = task;
    const attempt = openAttempt(record);
    this.#holdSlot(task, attempt);
    this.#watchClock(task, attempt);
    if (attempt === undefined) {
      const { notBefore = 0 } = record;
      if (task.line === undefined && notBefore <= this.#context.clock.now()) this.#context.dispatcher.add(task);
      return;
    }
    task.line = undefined;
    if (record.state === "assigned" && task.sentAttempt < attempt.attempt) {
      task.sentAttempt = attempt.attempt;
      void this.#context.persevere(() => this.#send(task, attempt));
    }
  }

  /** The task has ended, or somebody else looks after it. */
  drop(task: OpenTask): void {
    task.line = undefined;
    task.due?.cancel();
    task.due = undefined;
    this.#holdSlot(task, undefined);
  }

  /** An agent's time to live ran out: what it was given goes to others at once. */
  agentLost(agentId: string): void {
    void this.#context.persevere(() => this.#giveUp(agentId, lostStep));
  }

  /** An agent unregistered: what it was given goes to others, once its last answers have had time to come. */
  agentLeft(agentId: string): void {
    this.#afterGrace(agentId, leftStep);
  }

  #holdSlot(task: OpenTask, attempt: TaskAttempt | undefined): void {
    const { registry, dispatcher } = this.#context;
    const { slot, claim } = task;
    if (slot?.attempt === attempt?.attempt) return;
    if (slot !== undefined) {
      task.slot = undefined;
      this.#removeFrom(slot.agentId, task);
      slot.release();
      dispatcher.wake();
    }
    if (attempt === undefined) return;
    const { agentId } = attempt;
    const claimed = claim?.agentId === agentId;
    if (claimed) task.claim = undefined;
    task.slot = { agentId, attempt: attempt.attempt, release: claimed ? claim.release : registry.reserve(agentId) };
    const tasks = this.#byAgent.get(agentId);
    if (tasks === undefined) this.#byAgent.set(agentId, new Set([task]));
    else tasks.add(task);
    // It may have gone before the task was known to be with it; then nothing else would tell.
    void this.#context.persevere(async () => {
      if ((await registry.getAgent(agentId)) === undefined) this.#afterGrace(agentId, lostStep);
    });
  }

  #removeFrom(agentId: string, task: OpenTask): void {
    const tasks = this.#byAgent.get(agentId);
    tasks?.delete(task);
    if (tasks?.size === 0) this.#byAgent.delete(agentId);
  }

  #watchClock(task: OpenTask, attempt: TaskAttempt | undefined): void {
    const { timetable, clock } = this.#context;
    const { at, what } = nextDue(task.record, attempt, clock.now());
    if (task.due?.at === at && task.due.what === what) return;
    task.due?.cancel();
    const leftMs = at - clock.now();
    const cancel = timetable.after(leftMs > 0 ? leftMs : GRACE_MS, () => {
      task.due = undefined;
      this.#fallsDue(task, what);
    });
    task.due = { at, what, cancel };
  }

  #fallsDue(task: OpenTask, what: DueKind): void {
    const attempt = openAttempt(task.record);
    if (what === "expire") {
      this.#step(task, { kind: "expire" });
    } else if (what === "retry") {
      if (attempt === undefined && task.line === undefined) this.#context.dispatcher.add(task);
      this.#watchClock(task, attempt);
    } else if (attempt !== undefined) {
      this.#step(task, this.#timeout(task.record, attempt));
    }
  }

  #timeout(record: TaskRecord, { attempt, agentId }: TaskAttempt): TaskStep {
    const message = `agent ${agentId} did not end attempt ${attempt} within ${record.attemptTimeoutMs} ms`;
    return {
      kind: "fail",
      of: { attempt, agentId },
      outcome: "timeout",
      error: { type: "attempt_timeout", message },
      retryAt: this.retryAt(record),
    };
  }

  /** When a task whose attempt fails now may be tried again: capped exponential back-off with jitter. */
  retryAt(record: TaskRecord): number {
    const { clock, retryBackoff, random } = this.#context;
    return clock.now() + backoffMs(countedAttempts(record) + 1, retryBackoff, random);
  }

  #step(task: OpenTask, step: TaskStep): void {
    const { persevere, ledger } = this.#context;
    void persevere(() => ledger.change(task.taskId, () => step));
  }

  #afterGrace(agentId: string, stepOf: StepOfGone): void {
    if (!this.#byAgent.has(agentId)) return;
    this.#context.timetable.after(GRACE_MS, () => void this.#context.persevere(() => this.#giveUp(agentId, stepOf)));
  }

  async #giveUp(agentId: string, stepOf: StepOfGone): Promise<void> {
    const { registry, clock, persevere, ledger } = this.#context;
    // It may have come back meanwhile.
    if ((await registry.getAgent(agentId)) !== undefined) return;
    for (const { taskId, slot } of this.#byAgent.get(agentId) ?? []) {
      if (slot === undefined) continue;
      const of = { attempt: slot.attempt, agentId };
      void persevere(() => ledger.change(taskId, (record) => stepOf(of, record, clock.now())));
    }
  }

  async #send(task: OpenTask, attempt: TaskAttempt): Promise<void> {
    const { mail, ledger } = this.#context;
    if (task.slot?.attempt !== attempt.attempt) return;
    try {
      await mail.sendAssignment(task.record, attempt);
    } catch (error) {
      if (!AgentCommError.is(error) || error.retryable || error.code === "CLOSED") throw error;
      // Too large for a message, say: another attempt would fail the same way.
      const { agentId } = attempt;
      await ledger.change(task.taskId, () => ({
        kind: "fail",
        of: { attempt: attempt.attempt, agentId },
        outcome: "failed",
        error: { type: "not_sendable", message: error.message, retryable: false },
        retryAt: this.#context.clock.now(),
      }));
    }
  }
}

type StepOfGone = (of: AttemptReference, record: TaskRecord, now: number) => TaskStep;

const lostStep: StepOfGone = (of, _record, now) => {
  const error = { type: "agent_lost", message: `agent ${of.agentId} is gone from the registry` };
  return { kind: "fail", of, outcome: "lost", error, retryAt: now };
};

/** What an agent that stopped in good order had not begun was never attempted: agents may be restarted any number of times. */
const leftStep: StepOfGone = (of, record, now) => {
  if (record.state !== "assigned") return lostStep(of, record, now);
  const error = { type: "agent_left", message: `agent ${of.agentId} unregistered before it began` };
  return { kind: "refuse", of, outcome: "busy", error, retryAt: now };
};

/** What falls due next for a task: its deadline, unless the attempt's end or the end of a back-off comes before. */
function nextDue(record: TaskRecord, attempt: TaskAttempt | undefined, now: number): { at: number; what: DueKind } {
  const { deadlineAt, notBefore = 0 } = record;
  if (attempt !== undefined) {
    const at = attemptDeadline(record, attempt);
    if (at < deadlineAt) return { at, what: "timeout" };
  } else if (notBefore > now && notBefore < deadlineAt) {
    return { at: notBefore, what: "retry" };
  }
  return { at: deadlineAt, what: "expire" };
}
