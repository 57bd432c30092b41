import type { AgentCommError, Clock, JsonObject, Priority, Transport } from "@agentcomm/protocol";
import type { TaskState } from "@agentcomm/protocol/internal";
import type { AgentRegistry } from "@agentcomm/registry";

/** How a coordinator is made. */
export interface CoordinatorOptions {
  /**
   * An agent id: the name of its mailbox, and of its tasks. Started again under the same id, in this process or another, a
   * coordinator goes on with them; several running at once share them.
   */
  readonly id: string;
  /** Where mailboxes and records are. Not closed by the coordinator. */
  readonly transport: Transport;
  /**
   * Where agents are found. One that is passed in is not closed by the coordinator.
   * @default one on its transport, closed by `stop`
   */
  readonly registry?: AgentRegistry;
  /**
   * An attempt that has not ended after this time is given up, and the next one follows.
   * @default 300,000 (5 minutes)
   */
  readonly attemptTimeoutMs?: number;
  /**
   * A task that has not ended after this time expires.
   * @default 3,600,000 (1 hour)
   */
  readonly taskTimeoutMs?: number;
  /**
   * Attempts after the first, when one fails, times out or loses its agent.
   * @default 3
   */
  readonly maxRetries?: number;
  /**
   * The pause before an attempt after one that failed or timed out: doubled each time, with jitter. What a lost agent had
   * goes to another at once.
   * @default { minMs: 1_000, maxMs: 300_000 }
   */
  readonly retryBackoff?: { readonly minMs: number; readonly maxMs: number };
  /**
   * What assigning does when no live agent has the capabilities: "reject" with NO_AGENT_AVAILABLE, or "wait" for one until
   * the task's deadline. A task that was assigned once waits in any case.
   * @default "reject"
   */
  readonly whenNoAgent?: "reject" | "wait";
  /**
   * How long finished tasks are kept.
   * @default 86,400,000 (24 hours)
   */
  readonly taskRetentionMs?: number;
  /**
   * When this process dies, another instance under the same id takes its tasks and its unread mail over after this time.
   * @default 10,000
   */
  readonly leaseMs?: number;
  /**
   * Told of failures in the background.
   * @default process.emitWarning
   */
  readonly onError?: (error: AgentCommError) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /**
   * From 0 up to 1, for jitter.
   * @default Math.random
   */
  readonly random?: () => number;
  /**
   * Makes the ids of tasks, and of its registration.
   * @default a new UUIDv7
   */
  readonly createId?: () => string;
}

/** A task without a definition. */
export interface TaskRequest {
  /** 1 to 128 characters: what agents register their handlers for. */
  readonly taskType: string;
  /**
   * For people and language models.
   * @default ""
   */
  readonly description?: string;
  /**
   * What the handler gets: any JSON object.
   * @default {}
   */
  readonly parameters?: JsonObject;
  /**
   * What an agent must be capable of to be given it.
   * @default none
   */
  readonly requiredCapabilities?: readonly string[];
  /**
   * @default "medium"
   */
  readonly priority?: Priority;
}

/** How a task is assigned. What is left out is as the coordinator's options say. */
export interface AssignOptions {
  /**
   * Both its place in the queue and its message's priority.
   * @default "medium"
   */
  readonly priority?: Priority;
  /** @default the coordinator's */
  readonly whenNoAgent?: "reject" | "wait";
  /** @default the coordinator's */
  readonly attemptTimeoutMs?: number;
  /** @default the coordinator's */
  readonly taskTimeoutMs?: number;
  /** @default the coordinator's */
  readonly maxRetries?: number;
  /**
   * The task's id, in the grammar of agent ids. Assigning again under the same id is refused with TASK_EXISTS, so that a
   * caller who does not know whether a first call succeeded can repeat it.
   * @default a new UUIDv7
   */
  readonly taskId?: string;
}

/** Which tasks are listed. */
export interface ListTasksOptions {
  readonly state?: TaskState;
  /** Only tasks whose id sorts after this one: the last of the page before. */
  readonly after?: string;
  /**
   * At most 10,000.
   * @default 100
   */
  readonly limit?: number;
}

/** How the mailbox is polled. */
export interface ProcessOptions {
  /**
   * Most messages handled.
   * @default 10
   */
  readonly limit?: number;
  /**
   * How long to wait for the first message, if there is none.
   * @default 0
   */
  readonly waitMs?: number;
}
