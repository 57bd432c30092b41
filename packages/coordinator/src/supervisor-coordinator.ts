import type { ContentOf, Priority, Receipt, TaskDefinition } from "@agentcomm/protocol";
import type { CoordinationStats } from "./coordination-stats.js";
import type { AssignOptions, ListTasksOptions, ProcessOptions, TaskRequest } from "./coordinator-options.js";
import type { TaskHandle, TaskInfo } from "./task-handle.js";

/** Whether a coordinator can do its work. */
export interface CoordinatorHealth {
  /** The store answers. */
  readonly connected: boolean;
  /** Live agents in the registry, this coordinator included once it has started. */
  readonly agentsRegistered: number;
  /** The coordinator's mailbox takes messages. */
  readonly queueOperational: boolean;
}

/**
 * Assigns tasks to agents and follows each to its end. What it knows of its tasks stands in records: killed and started
 * again under its id it goes on with all of them, and several running under one id share them.
 *
 * Calls that reach the store reject as the transport's do. Once stopped everything but `stop` rejects with CLOSED.
 */
export interface SupervisorCoordinator extends AsyncDisposable {
  readonly id: string;
  /**
   * Registers it as a supervisor, takes over the open tasks under its id that nobody looks after, and reads its mailbox from
   * now on. Resolves when all that is done. It then keeps the process alive until `stop`.
   */
  start(): Promise<void>;
  /**
   * Assigns a task. Resolves once the task is stored, to the handle that follows it; an agent may not have it yet. Starts the
   * coordinator unless `start` or `processIncomingMessages` was called before.
   *
   * Rejects with NO_AGENT_AVAILABLE if no live agent has the capabilities (unless told to wait), INVALID_MESSAGE if input or
   * parameters do not fit, INVALID_OPTIONS, MESSAGE_TOO_LARGE, TASK_EXISTS. After an error whose `outcome` is "unknown" the task
   * may be there: `details.taskId` names it.
   */
  assignTask<Input, Output, SentInput, ReturnedOutput>(
    definition: TaskDefinition<Input, Output, SentInput, ReturnedOutput>,
    input: NoInfer<SentInput>,
    options?: AssignOptions,
  ): Promise<TaskHandle<Output>>;
  assignTask(request: TaskRequest, options?: AssignOptions): Promise<TaskHandle>;
  /**
   * The handle of any task of the namespace, whichever coordinator assigned it; with a definition its result is validated
   * and typed. Needs no start. Rejects with TASK_NOT_FOUND.
   */
  getTask(taskId: string): Promise<TaskHandle>;
  getTask<Input, Output, SentInput, ReturnedOutput>(
    taskId: string,
    definition: TaskDefinition<Input, Output, SentInput, ReturnedOutput>,
  ): Promise<TaskHandle<Output>>;
  /** All tasks of the namespace, open and finished, in the order of their ids: with ids of its making, of their age. */
  listTasks(options?: ListTasksOptions): Promise<TaskInfo[]>;
  /**
   * Handles up to `limit` messages of the mailbox, and what has fallen due: for those who poll. Between the calls nothing
   * is handled and no time-out strikes. Resolves to how many messages were handled since the call before. Called on a
   * coordinator that `start` has started, it handles what is there in addition.
   */
  processIncomingMessages(options?: ProcessOptions): Promise<number>;
  getCoordinationStats(): Promise<CoordinationStats>;
  health(): Promise<CoordinatorHealth>;
  /** Sends a message to every agent. Resolves and rejects as `Transport.send`; the receipt says whom it reached. */
  broadcastMessage<Type extends string>(type: Type, content: ContentOf<Type>, priority?: Priority): Promise<Receipt>;
  /**
   * Ends its work and frees what it holds: another instance takes its open tasks over at once, or they wait for the next
   * start. Whoever waits for a result here is told CLOSED. Idempotent.
   */
  stop(): Promise<void>;
}
