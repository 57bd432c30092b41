import { AgentCommError, type Clock } from "@agentcomm/protocol";
import { type ReportTrouble, type TaskRecord, toAgentCommError } from "@agentcomm/protocol/internal";
import { advanceTask } from "./advance-task.js";
import type { Persevere } from "./background.js";
import { OpenTask, type TakenSlot } from "./open-task.js";
import type { StoredTask } from "./stored-task.js";
import { isTerminal } from "./task-facts.js";
import type { TaskStep } from "./task-step.js";
import { FINISHED_VERSION, type TaskStore } from "./task-store.js";
import { describeChange, kindOfChange, type TaskUpdateKind } from "./task-update.js";
import { smallerRecords } from "./trim-task.js";
import { Turns } from "./turns.js";

/** What a change of a task led to. */
export type Change =
  | { readonly kind: "changed"; readonly previous: TaskRecord; readonly next: TaskRecord }
  | { readonly kind: "refused"; readonly why: string; readonly record: TaskRecord }
  /** There is no open task of that id. */
  | { readonly kind: "gone" };

/** A change that this process has written: each is told here, once in the whole system. */
export interface WrittenChange {
  readonly previous: TaskRecord | undefined;
  readonly next: TaskRecord;
  readonly version: number;
  /** What it means to those who follow the task; undefined: nothing. */
  readonly kind: TaskUpdateKind | undefined;
}

/** What the ledger works with. */
export interface LedgerContext {
  readonly store: TaskStore;
  readonly clock: Clock;
  /** The id of this running coordinator; tasks whose record names it are looked after here. */
  readonly ownerId: string;
  readonly report: ReportTrouble;
  /** Told after each write of this process. */
  readonly written: (change: WrittenChange) => void;
  /** Told of a task that has ended and still stands among the open ones. */
  readonly archive: (ended: StoredTask) => void;
  /** Resolves while this process's tasks are safe from being taken over; undefined: they are, nothing to wait for. */
  readonly safe: () => Promise<void> | undefined;
  /** Does something in the background, again until it works. */
  readonly persevere: Persevere;
  /** Told whenever the record of a task that is looked after here is new, and when the task is no longer looked after. */
  readonly care: { keep(task: OpenTask): void; drop(task: OpenTask): void };
}

/**
 * The tasks that this process looks after or follows, and the one way in which any task changes: read, decide, write if
 * nobody else did meanwhile, else decide again.
 */
export class TaskLedger {
  readonly #context: LedgerContext;
  readonly #tasks = new Map<string, OpenTask>();
  readonly #turns = new Turns();
  /** Whether tasks are looked after here: not before the start, and not after the end. */
  caring = false;

  constructor(context: LedgerContext) {
    this.#context = context;
  }

  get(taskId: string): OpenTask | undefined {
    return this.#tasks.get(taskId);
  }

  all(): IterableIterator<OpenTask> {
    return this.#tasks.values();
  }

  /**
   * Writes a new task. Rejects with TASK_EXISTS if its id is taken; among the finished tasks it is looked for only where the
   * id was chosen by somebody.
   */
  async create(record: TaskRecord, claim: TakenSlot | undefined, isChosenId: boolean): Promise<OpenTask> {
    const { store, written, safe } = this.#context;
    const { taskId } = record;
    let isStored = false;
    try {
      const untilSafe = safe();
      if (untilSafe !== undefined) await untilSafe;
      const result = await store.write(record, 0);
      if ("present" in result) throw taskExists(taskId);
      const { version } = result;
      isStored = true;
      // Looked for after the write, not before it: the one of that id may have been archived in between.
      if (isChosenId && (await store.readFinished(taskId)) !== undefined) {
        await store.discard({ record, version });
        isStored = false;
        throw taskExists(taskId);
      }
      const task = new OpenTask(record, version);
      task.claim = claim;
      this.#tasks.set(taskId, task);
      written({ previous: undefined, next: record, version, kind: record.state });
      this.#care(task);
      return task;
    } catch (error) {
      // Whatever went wrong after the write, it can't be said that nothing was stored.
      throw this.#unsure(taskId, isStored ? inDoubt(error) : error, () => this.#finishCreating(taskId, isChosenId));
    }
  }

  /** Takes the step that `decide` makes of the task's present record. It may be asked again, when that record has changed. */
  async change(
    taskId: string,
    decide: (record: TaskRecord) => TaskStep | { readonly refused: string },
  ): Promise<Change> {
    return await this.#turns.run(taskId, async () => {
      try {
        return await this.#change(taskId, decide);
      } catch (error) {
        throw this.#unsure(taskId, error);
      }
    });
  }

  /** Takes over what a record says, unless something newer is known. */
  learn(record: TaskRecord, version: number): void {
    let task = this.#tasks.get(record.taskId);
    if (task === undefined) {
      if (isTerminal(record) || !this.#isMine(record)) return;
      task = new OpenTask(record, version);
      this.#tasks.set(record.taskId, task);
    } else {
      if (version <= task.version) return;
      const update = task.followers.size === 0 ? undefined : describeChange(task.record, record);
      task.record = record;
      task.version = version;
      if (update !== undefined) for (const follower of task.followers) follower.tell(update);
    }
    if (isTerminal(record)) this.#remove(task, record);
    else this.#care(task);
  }

  /** Reads a task that this process knows again. Resolves once what changed is taken over. */
  async resync(taskId: string): Promise<void> {
    const { store } = this.#context;
    const stored = await store.readOpen(taskId);
    if (stored !== undefined) {
      this.learn(stored.record, stored.version);
      // Whoever ended it may have died before archiving it.
      if (isTerminal(stored.record)) this.#context.archive(stored);
    } else await this.#gone(taskId);
  }

  /** The task as this process knows it; known from now on, if it was not. For somebody who is going to follow it. */
  enter(task: OpenTask): OpenTask {
    const known = this.#tasks.get(task.taskId);
    if (known !== undefined) return known;
    this.#tasks.set(task.taskId, task);
    return task;
  }

  /** Whether what happens to the task is seen here anyway, because it is looked after here. */
  looksAfter(task: OpenTask): boolean {
    return this.#tasks.get(task.taskId) === task && this.#isMine(task.record);
  }

  /** Forgets a task that nobody follows any longer and that is not looked after here. */
  leave(task: OpenTask): void {
    if (task.followers.size > 0 || this.#isMine(task.record)) return;
    if (this.#tasks.get(task.taskId) === task) this.#tasks.delete(task.taskId);
  }

  /** Ends the following of every task. Their records stay as they are. */
  abandon(error: AgentCommError): void {
    this.caring = false;
    for (const task of this.#tasks.values()) this.#remove(task, error);
  }

  /** Finds out whether a task was created, and whether it could be: with an id that somebody chose it may be one of the finished. */
  async #finishCreating(taskId: string, isChosenId: boolean): Promise<void> {
    const { store } = this.#context;
    const stored = isChosenId ? await store.readOpen(taskId) : undefined;
    const isNew = stored !== undefined && !isTerminal(stored.record) && this.#isMine(stored.record);
    if (isNew && (await store.readFinished(taskId)) !== undefined) await store.discard(stored);
    else await this.resync(taskId);
  }

  async #change(
    taskId: string,
    decide: (record: TaskRecord) => TaskStep | { readonly refused: string },
  ): Promise<Change> {
    const { store, clock, ownerId, safe } = this.#context;
    let known: StoredTask | undefined = this.#tasks.get(taskId);
    let isFresh = false;
    for (;;) {
      if (known === undefined && !isFresh) {
        known = await store.readOpen(taskId);
        isFresh = true;
      }
      if (known === undefined) {
        await this.#gone(taskId);
        return { kind: "gone" };
      }
      const { record, version }: StoredTask = known;
      const step = decide(record);
      const outcome = "refused" in step ? step : advanceTask(record, step, { now: clock.now(), ownerId });
      if ("refused" in outcome) {
        if (isFresh) {
          this.learn(record, version);
          return { kind: "refused", why: outcome.refused, record };
        }
        // What is known here may be old: only the store's word is enough to refuse.
        known = undefined;
        continue;
      }
      const untilSafe = isTerminal(outcome.next) ? undefined : safe();
      if (untilSafe !== undefined) await untilSafe;
      const written = await this.#write(outcome.next, version);
      if ("present" in written) {
        known = written.present;
        isFresh = true;
        continue;
      }
      const next = written.record;
      // First what the change is for, then who hears of it: a follower may ask for anything.
      this.#context.written({ previous: record, next, version: written.version, kind: kindOfChange(record, next) });
      if (isTerminal(next)) this.#context.archive(written);
      this.learn(next, written.version);
      return { kind: "changed", previous: record, next };
    }
  }

  async #write(
    record: TaskRecord,
    ifVersion: number,
  ): Promise<StoredTask | { readonly present: StoredTask | undefined }> {
    const smaller = smallerRecords(record, isTerminal(record));
    for (let candidate = record; ; ) {
      try {
        const result = await this.#context.store.write(candidate, ifVersion);
        return "version" in result ? { record: candidate, version: result.version } : result;
      } catch (error) {
        const next = AgentCommError.is(error, "MESSAGE_TOO_LARGE") ? smaller.next() : undefined;
        if (next === undefined || next.done === true) throw error;
        candidate = next.value;
      }
    }
  }

  async #gone(taskId: string): Promise<void> {
    const task = this.#tasks.get(taskId);
    if (task === undefined) return;
    const finished = await this.#context.store.readFinished(taskId);
    if (finished !== undefined) return this.learn(finished, FINISHED_VERSION);
    if (this.#tasks.get(taskId) !== task) return;
    const details = { taskId };
    if (this.#isMine(task.record)) {
      this.#context.report(
        new AgentCommError("DATA_LOST", `the record of task ${taskId} has vanished from the store`, { details }),
      );
    }
    this.#remove(task, new AgentCommError("TASK_NOT_FOUND", `task ${taskId} is no longer in the store`, { details }));
  }

  #isMine(record: TaskRecord): boolean {
    return this.caring && record.ownerId === this.#context.ownerId;
  }

  #care(task: OpenTask): void {
    if (this.#isMine(task.record)) {
      this.#context.care.keep(task);
    } else {
      this.#context.care.drop(task);
      this.leave(task);
    }
  }

  #remove(task: OpenTask, how: TaskRecord | AgentCommError): void {
    this.#tasks.delete(task.taskId);
    this.#context.care.drop(task);
    if (AgentCommError.is(how)) task.lost = how;
    for (const follower of task.followers) follower.end(how);
    task.followers.clear();
  }

  /** After an error that leaves open whether something was written: finds out in the background, and goes on from there. */
  #unsure(taskId: string, thrown: unknown, findOut = () => this.resync(taskId)): AgentCommError {
    const error = toAgentCommError(thrown, "STORE_FAILED", `task ${taskId} could not be changed`);
    if (error.outcome === "unknown" && this.caring) void this.#context.persevere(findOut);
    return error;
  }
}

function inDoubt(thrown: unknown): AgentCommError {
  const error = toAgentCommError(thrown, "STORE_FAILED", "a task could not be created");
  const { code, message, retryable } = error;
  return new AgentCommError(code, message, { retryable, outcome: "unknown", cause: error });
}

function taskExists(taskId: string): AgentCommError {
  return new AgentCommError("TASK_EXISTS", `there is a task ${taskId} already: getTask finds it`, {
    outcome: "none",
    details: { taskId },
  });
}
