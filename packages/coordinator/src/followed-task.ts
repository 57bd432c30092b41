import { AgentCommError, type StandardSchema } from "@agentcomm/protocol";
import { readOptions, type TaskRecord } from "@agentcomm/protocol/internal";
import type { OpenTask, TaskFollower } from "./open-task.js";
import type { OpenTaskWatch } from "./open-task-watch.js";
import { isTerminal } from "./task-facts.js";
import type { TaskHandle, TaskInfo } from "./task-handle.js";
import type { TaskLedger } from "./task-ledger.js";
import { resultOf } from "./task-result.js";
import type { TaskStore } from "./task-store.js";
import { presentUpdate, type TaskUpdate } from "./task-update.js";

/** What a handle works with. */
export interface HandleContext {
  readonly ledger: TaskLedger;
  readonly store: TaskStore;
  readonly watch: OpenTaskWatch;
  /** Throws CLOSED once the coordinator is stopped. */
  readonly enter: () => void;
  readonly cancel: (taskId: string, reason: string) => Promise<boolean>;
}

/** A handle: follows its task only while somebody waits for its result or iterates over it. */
export class FollowedTask implements TaskHandle<unknown> {
  readonly taskId: string;
  readonly #context: HandleContext;
  readonly #output: StandardSchema | undefined;
  #task: OpenTask;

  constructor(context: HandleContext, task: OpenTask, output: StandardSchema | undefined) {
    this.taskId = task.taskId;
    this.#context = context;
    this.#task = task;
    this.#output = output;
  }

  async result(options?: { readonly signal?: AbortSignal }): Promise<unknown> {
    const { signal } = readOptions(options);
    return await resultOf(await this.#end(signal), this.#output);
  }

  async cancel(reason = "canceled by request"): Promise<boolean> {
    return await this.#context.cancel(this.taskId, reason);
  }

  async status(): Promise<TaskInfo> {
    const { enter, ledger, store } = this.#context;
    if (isTerminal(this.#task.record)) return this.#task.record;
    enter();
    const known = ledger.get(this.taskId);
    if (known !== undefined && ledger.looksAfter(known)) return known.record;
    const found = await store.find(this.taskId);
    if (found === undefined) throw taskNotFound(this.taskId);
    return found.record;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TaskUpdate, void, undefined> {
    const updates: TaskUpdate[] = [];
    let ended: TaskRecord | AgentCommError | undefined;
    let wake = (): void => {};
    const leave = await this.#follow({
      tell: (update) => {
        updates.push(update);
        wake();
      },
      end: (how) => {
        ended = how;
        wake();
      },
    });
    try {
      // Following may have brought changes already: the first of them is the present then.
      if (updates.length === 0) updates.push(presentUpdate(this.#task.record));
      for (;;) {
        for (let update = updates.shift(); update !== undefined; update = updates.shift()) yield update;
        if (AgentCommError.is(ended)) throw ended;
        if (ended !== undefined) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      leave();
    }
  }

  async #end(signal: AbortSignal | undefined): Promise<TaskRecord> {
    if (isTerminal(this.#task.record)) return this.#task.record;
    let isOver = false;
    let leave = (): void => {};
    let stopListening = (): void => {};
    try {
      return await new Promise<TaskRecord>((resolve, reject) => {
        const onAbort = (): void => {
          const message = `waiting for the result of task ${this.taskId} was aborted by its signal`;
          reject(new AgentCommError("ABORTED", message, { cause: signal?.reason }));
        };
        if (signal?.aborted === true) return onAbort();
        signal?.addEventListener("abort", onAbort, { once: true });
        stopListening = () => signal?.removeEventListener("abort", onAbort);
        this.#follow({
          tell: () => {},
          end: (how) => (AgentCommError.is(how) ? reject(how) : resolve(how)),
        }).then((ends) => {
          if (isOver) ends();
          else leave = ends;
        }, reject);
      });
    } finally {
      isOver = true;
      stopListening();
      leave();
    }
  }

  /** Lets the follower hear of the task until the returned function is called. */
  async #follow(follower: TaskFollower): Promise<() => void> {
    const { ledger, watch, enter } = this.#context;
    const { lost } = this.#task;
    if (isTerminal(this.#task.record) || lost !== undefined) {
      follower.end(lost ?? this.#task.record);
      return () => {};
    }
    enter();
    const task = ledger.enter(this.#task);
    this.#task = task;
    task.followers.add(follower);
    const leave = (): void => {
      task.followers.delete(follower);
      ledger.leave(task);
    };
    // Tasks that are looked after here are heard of without looking.
    if (ledger.looksAfter(task)) return leave;
    try {
      await watch.acquire();
    } catch (error) {
      leave();
      throw error;
    }
    const leaveAndRelease = (): void => {
      leave();
      watch.release();
    };
    try {
      await ledger.resync(this.taskId);
    } catch (error) {
      leaveAndRelease();
      throw error;
    }
    return leaveAndRelease;
  }
}

export function taskNotFound(taskId: string): AgentCommError {
  const message = `there is no task ${taskId}, or it ended longer ago than finished tasks are kept`;
  return new AgentCommError("TASK_NOT_FOUND", message, { outcome: "none", details: { taskId } });
}
