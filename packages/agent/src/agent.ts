import type {
  AgentCommError,
  AgentMessage,
  Clock,
  ContentOf,
  JsonObject,
  Logger,
  MessageDefinition,
  MessageInput,
  Receipt,
  SendOptions,
  TaskDefinition,
  Transport,
} from "@agentcomm/protocol";
import type { AgentRegistry, AgentRole } from "@agentcomm/registry";

/** What an agent is made of. */
export interface AgentOptions {
  /** Its id, and the name of its mailbox: letters, digits, ".", "_" and "-", at most 63 characters. */
  readonly id: string;
  /**
   * @default "worker"
   */
  readonly role?: AgentRole;
  /**
   * What it can do.
   * @default all that its task definitions require
   */
  readonly capabilities?: readonly string[];
  /**
   * Most task handlers running at once, 0 to 8,000. What comes on top of that is answered "busy".
   * @default 1
   */
  readonly maxConcurrentTasks?: number;
  /** Where its mailbox is. Not closed by the agent. */
  readonly transport: Transport;
  /**
   * Where it registers. One that is given is not closed by the agent.
   * @default one of its own on the transport
   */
  readonly registry?: AgentRegistry;
  /**
   * Anything that others should know of it.
   * @default {}
   */
  readonly metadata?: JsonObject;
  /**
   * Topics, without "#", whose messages it receives.
   * @default what its mailbox was opened with before
   */
  readonly topics?: readonly string[];
  /**
   * How often it beats, where it makes its own registry. A registry that is given says it itself.
   * @default 30,000
   */
  readonly heartbeatIntervalMs?: number;
  /**
   * How long a message is held before it is offered again if this process dies. Renewed while its handler runs.
   * @default 30,000
   */
  readonly leaseMs?: number;
  /**
   * Told of failures in the background: a handler for messages that threw, a heartbeat that could not be stored, another
   * process that took the id over.
   * @default process.emitWarning
   */
  readonly onError?: (error: AgentCommError) => void;
  /**
   * Passed on to handlers, and told what the agent does.
   * @default silent
   */
  readonly log?: Logger;
  /** @default systemClock */
  readonly clock?: Clock;
  /**
   * From 0 up to 1, for jitter.
   * @default Math.random
   */
  readonly random?: () => number;
  /**
   * Makes the ids of requests, and of its registration.
   * @default a new UUIDv7
   */
  readonly createId?: () => string;
}

/** What a task handler gets beside its input. */
export interface TaskContext {
  readonly taskId: string;
  readonly taskType: string;
  readonly description: string;
  /** 1 for the first attempt at the task. */
  readonly attempt: number;
  /** The attempt is given up after it. */
  readonly deadline?: Date;
  /** The assignment as it came: who sent it, its priority, its headers. */
  readonly message: AgentMessage<"task_assignment">;
  /**
   * Fires when the work is no longer wanted: the task was canceled (TASK_CANCELED), its deadline passed (TASK_TIMEOUT),
   * the agent stops and the drain time is over (ABORTED), or the message is given to somebody else (LEASE_LOST). The reason
   * is an AgentCommError.
   */
  readonly signal: AbortSignal;
  /**
   * Tells the coordinator how far the work is, 0 to 100, and what it does now. Calls in quick succession are told as one:
   * the newest, at most every 100 milliseconds. Throws INVALID_OPTIONS for another number.
   */
  progress(percent: number, detail?: string): void;
  readonly log: Logger;
}

/**
 * Does a task. What it resolves to is the task's result: JSON, or undefined. What it throws makes the attempt fail; another
 * one follows unless the error has `retryable: false`. It may run again for the same task: after a crash, or a lost lease.
 */
export type TaskHandler<Input = JsonObject, Output = unknown> = (
  input: Input,
  context: TaskContext,
) => Output | Promise<Output>;

/** What a message handler gets beside the message. */
export interface MessageContext {
  /** Fires when the message is given to somebody else, or the agent stops and the drain time is over. */
  readonly signal: AbortSignal;
  /** 1 on the first delivery of the message. */
  readonly attempt: number;
  readonly log: Logger;
}

/**
 * Handles a message. If the sender waits for an answer (`request`), the object it resolves to is the answer, undefined is
 * {}, and what it throws is what the sender's `request` rejects with. Otherwise a rejection offers the message again
 * later, up to the transport's maxDeliveries.
 */
export type MessageHandler<Type extends string = string, Content = ContentOf<Type>> = (
  message: Omit<AgentMessage<Type>, "content"> & { readonly content: Content },
  context: MessageContext,
) => unknown;

/** What an agent sends: a message without sender and receiver. */
export type OutgoingMessage<Type extends string = string> = Omit<MessageInput<Type>, "from" | "to">;

/** How a request waits for its answer. */
export interface RequestOptions {
  /**
   * How long to wait for the answer. The request itself is not handled after that time.
   * @default 30,000
   */
  readonly timeoutMs?: number;
  /** Ends the waiting with ABORTED. */
  readonly signal?: AbortSignal;
}

/** How an agent stops. */
export interface StopOptions {
  /**
   * How long what is running may take to end, in milliseconds.
   * @default 30,000
   */
  readonly drainMs?: number;
}

/**
 * An agent: takes tasks, answers requests, tells that it is alive. It always reads its mailbox: the limit holds for running
 * tasks only, so neither a cancel nor an answer is ever stuck behind work. Once started it keeps the process alive
 * until it is stopped. Who created it stops it.
 */
export interface Agent extends AsyncDisposable {
  readonly id: string;
  readonly role: AgentRole;
  /**
   * Handles the tasks of one type; for a definition the input is validated before the handler runs, and the result after
   * it. To be called before `start`. Throws INVALID_OPTIONS for a type that has a handler already.
   */
  onTask<Input, Output, SentInput, ReturnedOutput>(
    definition: TaskDefinition<Input, Output, SentInput, ReturnedOutput>,
    handler: TaskHandler<Input, ReturnedOutput>,
  ): void;
  onTask(taskType: string, handler: TaskHandler): void;
  /**
   * Handles the messages of one type that are sent to the agent, to one of its topics or to everybody; for a definition the
   * content is validated first. May be called at any time. Throws INVALID_OPTIONS for a type that has a handler already,
   * and for "task_assignment", whose handlers are those of `onTask`.
   *
   * A message sent to this agent alone which no handler takes goes to the dead letters; a fan-out, a status_update, a
   * heartbeat and a coordination are passed over.
   */
  onMessage<Type extends string, Content, SentContent>(
    definition: MessageDefinition<Type, Content, SentContent>,
    handler: MessageHandler<Type, Content>,
  ): void;
  onMessage<Type extends string>(type: Type, handler: MessageHandler<Type>): void;
  /** Sends a message from this agent: to an agent id, "*" or "#topic". Started or not. Resolves and rejects as `Transport.send`. */
  send<Type extends string>(to: string, message: OutgoingMessage<Type>, options?: SendOptions): Promise<Receipt>;
  /**
   * Sends a message to one agent and resolves to the content of its answer. The agent must be started. Rejects with TIMEOUT
   * when none came in time, with HANDLER_FAILED when the other's handler threw (message and `details.errorType` are
   * its error's), with CLOSED when this agent stops first, and as `Transport.send` does.
   */
  request<Type extends string, Answer = ContentOf<Type>>(
    to: string,
    message: OutgoingMessage<Type>,
    options?: RequestOptions,
  ): Promise<Answer>;
  /**
   * Opens the mailbox, registers, and takes messages from now on. Resolves when all that is done; if it rejects, it may be
   * called again. Once stopped, an agent cannot be started again: CLOSED.
   */
  start(): Promise<void>;
  /**
   * Takes no new tasks, waits up to `drainMs` for what is running, then tells it (`context.signal`) and hands its messages
   * back at once. Then unregisters. Called again with a shorter time it ends sooner. Resolves when all that is done.
   */
  stop(options?: StopOptions): Promise<void>;
}
