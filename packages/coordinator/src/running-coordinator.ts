import {
  AgentCommError,
  type ContentOf,
  checkRecordKey,
  type MessageInput,
  type Priority,
  type Receipt,
  type StandardSchema,
  type TaskDefinition,
} from "@agentcomm/protocol";
import {
  checkNumber,
  checkReason,
  checkText,
  OPEN_TASK_STATES,
  readOptions,
  TERMINAL_TASK_STATES,
  toAgentCommError,
} from "@agentcomm/protocol/internal";
import { assignTask } from "./assign-task.js";
import type { CoordinationStats } from "./coordination-stats.js";
import type { AssignOptions, ListTasksOptions, ProcessOptions, TaskRequest } from "./coordinator-options.js";
import { type CoordinatorParts, createParts } from "./coordinator-parts.js";
import { FollowedTask, taskNotFound } from "./followed-task.js";
import { listTasks } from "./list-tasks.js";
import { checkRequest } from "./new-task.js";
import { OpenTask } from "./open-task.js";
import { type ResolvedCoordinatorOptions, refused } from "./resolve-coordinator-options.js";
import type { CoordinatorHealth, SupervisorCoordinator } from "./supervisor-coordinator.js";
import { openAttempt } from "./task-facts.js";
import type { TaskHandle, TaskInfo } from "./task-handle.js";

type AnyDefinition = TaskDefinition<unknown, unknown, unknown, unknown>;

/** The coordinator: the calls, and when it works by itself. */
export class RunningCoordinator implements SupervisorCoordinator {
  readonly id: string;
  readonly #options: ResolvedCoordinatorOptions;
  readonly #parts: CoordinatorParts;
  /** How the mailbox is read: not yet; by a subscription that `assignTask` or `start` began; when polled. */
  #reading: "not yet" | "subscribed by itself" | "subscribed" | "polled" = "not yet";
  #joining: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #endListening: (() => void)[] = [];

  constructor(options: ResolvedCoordinatorOptions) {
    this.id = options.id;
    this.#options = options;
    this.#parts = createParts(options);
  }

  async start(): Promise<void> {
    this.#enter();
    await this.#read("subscribed");
  }

  async assignTask<Output>(
    what: TaskRequest | AnyDefinition,
    inputOrOptions?: unknown,
    options?: AssignOptions,
  ): Promise<TaskHandle<Output>> {
    this.#enter();
    const request = await checkRequest(what, inputOrOptions, options);
    // Also after a start that failed: without having joined, nobody would look after the task.
    await this.#read(this.#reading === "not yet" ? "subscribed by itself" : this.#reading);
    const context = { options: this.#options, ...this.#parts };
    const task = await this.#parts.background.track(assignTask(context, request));
    return this.#handle(task, request.output) as TaskHandle<Output>;
  }

  async getTask<Output>(taskId: string, definition?: AnyDefinition): Promise<TaskHandle<Output>> {
    this.#enter();
    checkRecordKey(taskId, "taskId");
    const known = this.#parts.ledger.get(taskId);
    if (known !== undefined) return this.#handle(known, definition?.output) as TaskHandle<Output>;
    const found = await this.#parts.store.find(taskId);
    if (found === undefined) throw taskNotFound(taskId);
    return this.#handle(new OpenTask(found.record, found.version), definition?.output) as TaskHandle<Output>;
  }

  async listTasks(given?: ListTasksOptions): Promise<TaskInfo[]> {
    this.#enter();
    const options = readOptions(given);
    const { state, after = "" } = options;
    checkText("after", after);
    const states: readonly string[] = [...OPEN_TASK_STATES, ...TERMINAL_TASK_STATES];
    if (state !== undefined && !states.includes(state)) {
      throw refused("state", state, `use one of ${states.join(", ")}`);
    }
    const limit = checkNumber("limit", options.limit ?? 100, { min: 1, max: 10_000, integer: true });
    return await listTasks(this.#parts.store, { state, after, limit }, this.#parts.report);
  }

  async processIncomingMessages(given?: ProcessOptions): Promise<number> {
    this.#enter();
    const options = readOptions(given);
    const limit = checkNumber("limit", options.limit ?? 10, { min: 1, max: 10_000, integer: true });
    await this.#read("polled");
    const { reader, timetable } = this.#parts;
    await reader.poll({ ...options, limit });
    timetable.runDue();
    return reader.takeCount();
  }

  async getCoordinationStats(): Promise<CoordinationStats> {
    this.#enter();
    const { stats, ledger } = this.#parts;
    return stats.stats([...ledger.all()].filter((task) => ledger.looksAfter(task)).map(({ record }) => record));
  }

  async health(): Promise<CoordinatorHealth> {
    this.#enter();
    const { connected } = await this.#options.transport.health();
    if (!connected) return { connected, agentsRegistered: 0, queueOperational: false };
    const [{ totalAgents }, queueOperational] = await Promise.all([
      this.#parts.registry.getRegistryStats(),
      this.#isMailboxOpen(),
    ]);
    return { connected, agentsRegistered: totalAgents, queueOperational };
  }

  async broadcastMessage<Type extends string>(
    type: Type,
    content: ContentOf<Type>,
    priority: Priority = "medium",
  ): Promise<Receipt> {
    this.#enter();
    const message = { from: this.id, to: "*", type, content, priority };
    return await this.#options.transport.send(message as MessageInput);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #enter(): void {
    if (this.#stopping === undefined) return;
    throw closed(this.id);
  }

  async #read(how: "subscribed by itself" | "subscribed" | "polled"): Promise<void> {
    // Who asked for the coordinator to be started means it, also if something is polled besides.
    if (this.#reading === "subscribed" && how === "polled") how = "subscribed";
    this.#reading = how;
    this.#parts.timetable.polled = how === "polled";
    this.#joining ??= this.#join();
    await this.#joining;
    this.#enter();
    if (this.#reading === "polled") await this.#parts.reader.unsubscribe();
    else this.#parts.reader.subscribe();
  }

  async #join(): Promise<void> {
    const { membership, registry, care, dispatcher, ledger, takeTasksOver } = this.#parts;
    try {
      await membership.join();
      this.#endListening = [
        registry.on("joined", () => dispatcher.wake()),
        registry.on("updated", () => dispatcher.wake()),
        registry.on("lost", ({ id }) => {
          care.agentLost(id);
          dispatcher.wake();
        }),
        registry.on("left", ({ id }) => {
          care.agentLeft(id);
          dispatcher.wake();
        }),
      ];
      ledger.caring = true;
      await takeTasksOver();
    } catch (error) {
      await this.#retreat();
      this.#joining = undefined;
      throw toAgentCommError(error, "STORE_FAILED", `coordinator ${this.id} could not start`);
    }
  }

  #handle(task: OpenTask, output: StandardSchema | undefined): TaskHandle<unknown> {
    const { ledger, store, watch } = this.#parts;
    const enter = (): void => this.#enter();
    return new FollowedTask(
      { ledger, store, watch, enter, cancel: (taskId, reason) => this.#cancel(taskId, reason) },
      task,
      output,
    );
  }

  async #cancel(taskId: string, given: string): Promise<boolean> {
    this.#enter();
    const reason = checkReason(given);
    const { ledger, store, mail, ownerId, background } = this.#parts;
    const change = await background.track(ledger.change(taskId, () => ({ kind: "cancel", reason })));
    if (change.kind === "refused") return false;
    if (change.kind === "gone") {
      if ((await store.readFinished(taskId)) === undefined) throw taskNotFound(taskId);
      return false;
    }
    const { previous } = change;
    const attempt = openAttempt(previous);
    // Canceled it is already: who hears of it late finds out by the record.
    await Promise.all([
      attempt && this.#tell(() => mail.sendCancel(previous, attempt, reason)),
      previous.ownerId === ownerId ? undefined : this.#tell(() => mail.sendChanged(previous)),
    ]);
    return true;
  }

  /** Once while the caller waits, then in the background until it works. */
  async #tell(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch {
      // Tried again, and reported if it fails again.
      void this.#parts.background.persevere(send);
    }
  }

  async #isMailboxOpen(): Promise<boolean> {
    try {
      await this.#options.transport.openMailbox(this.id);
      return true;
    } catch (error) {
      this.#parts.report(toAgentCommError(error, "STORE_FAILED", "the coordinator's mailbox"));
      return false;
    }
  }

  async #stop(): Promise<void> {
    const { timetable, dispatcher, ledger, background, reader, watch, registry, report } = this.#parts;
    background.halt();
    // A start under way ends first; if it fails, whoever called it is told.
    await this.#joining?.catch(() => undefined);
    await reader.unsubscribe();
    dispatcher.stop();
    timetable.clear();
    ledger.abandon(closed(this.id));
    await background.settled();
    try {
      await watch.stop();
    } catch (error) {
      report(toAgentCommError(error, "STORE_FAILED", "ending the watch of the open tasks failed"));
    }
    if (this.#joining !== undefined) await this.#retreat();
    if (this.#options.registry === undefined) await registry.close();
  }

  async #retreat(): Promise<void> {
    this.#parts.ledger.caring = false;
    for (const end of this.#endListening.splice(0)) end();
    await this.#parts.membership.leave();
  }
}

function closed(id: string): AgentCommError {
  return new AgentCommError("CLOSED", `coordinator ${id} is stopped; create a new one`, { outcome: "none" });
}
