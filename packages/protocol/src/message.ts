import type { JsonObject, JsonValue } from "./json.js";

/** The built-in message types, in the spelling of the wire. */
export const MESSAGE_TYPES = [
  "task_assignment",
  "task_response",
  "status_update",
  "heartbeat",
  "error_report",
  "coordination",
] as const;

/** One of the built-in message types. */
export type BuiltInMessageType = (typeof MESSAGE_TYPES)[number];

/** The priorities, most urgent first: the order in which a mailbox hands its messages out. */
export const PRIORITIES = ["critical", "high", "medium", "low"] as const;

/** How urgent a message is. */
export type Priority = (typeof PRIORITIES)[number];

/** How a task ended, as the agent that worked on it reports it. */
export type TaskResponseStatus = "completed" | "failed" | "rejected" | "canceled";

/** What an agent says it is doing. */
export type AgentStatus = "active" | "busy" | "idle" | "draining" | "offline";

/** Work for an agent. What a task needs (`taskId`, `taskType`) the agent demands; the wire demands none of it. */
export interface TaskAssignmentContent {
  readonly taskId?: string;
  readonly taskType?: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly requiredCapabilities: readonly string[];
  /** 1 for the first attempt at the task. */
  readonly attempt: number;
  /** ISO 8601: the attempt is given up after it. */
  readonly deadline?: string;
  readonly [key: string]: JsonValue | undefined;
}

/** Why a task failed, as its agent reports it. */
export interface TaskErrorContent {
  readonly type: string;
  readonly message: string;
  /** Whether another attempt may succeed. Absent: it may. */
  readonly retryable?: boolean;
  readonly stack?: string;
}

/** The answer to a task assignment. */
export interface TaskResponseContent {
  readonly taskId?: string;
  readonly attempt: number;
  readonly status?: TaskResponseStatus;
  readonly result?: JsonValue;
  readonly error?: TaskErrorContent;
  readonly executionTimeMs?: number;
  /** 0 to 100. */
  readonly completionPercentage?: number;
  readonly [key: string]: unknown;
}

/** A change of an agent's state, or the progress of one of its tasks. */
export interface StatusUpdateContent {
  readonly status?: string;
  readonly currentTasks?: number;
  readonly taskId?: string;
  /** 0 to 100. */
  readonly completionPercentage?: number;
  readonly detail?: string;
  readonly [key: string]: JsonValue | undefined;
}

/** A sign of life. */
export interface HeartbeatContent {
  readonly status?: string;
  readonly currentTasks?: number;
  readonly metrics?: JsonObject;
  readonly [key: string]: JsonValue | undefined;
}

/** A failure that somebody should know of. With a task id it counts as a failed attempt of that task. */
export interface ErrorReportContent {
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly taskId?: string;
  readonly stack?: string;
  readonly details?: JsonValue;
  readonly [key: string]: JsonValue | undefined;
}

/** An instruction among coordinators and agents, such as `cancel_task`. */
export interface CoordinationContent {
  readonly action?: string;
  readonly data?: JsonValue;
  readonly [key: string]: JsonValue | undefined;
}

/** The content of each built-in type. */
export interface BuiltInContent {
  readonly task_assignment: TaskAssignmentContent;
  readonly task_response: TaskResponseContent;
  readonly status_update: StatusUpdateContent;
  readonly heartbeat: HeartbeatContent;
  readonly error_report: ErrorReportContent;
  readonly coordination: CoordinationContent;
}

/** The content that a message type carries: its own shape for a built-in type, any JSON object for a custom one. */
export type ContentOf<Type extends string> = Type extends keyof BuiltInContent ? BuiltInContent[Type] : JsonObject;

/** W3C trace context, carried along unchanged. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** A message between agents. Build one with `createMessage` or one of its helpers. */
export interface AgentMessage<Type extends string = string> {
  /** UUIDv7 unless the sender chose one: 1 to 128 printable ASCII characters. */
  readonly id: string;
  /** The sending agent's id. */
  readonly from: string;
  /** An agent id, "*" (everybody but the sender), or "#topic" (its members but the sender). */
  readonly to: string;
  /** One of {@link MESSAGE_TYPES}, or a custom type: `^[a-z][a-z0-9_.]{0,62}$`. */
  readonly type: Type;
  readonly content: ContentOf<Type>;
  readonly priority: Priority;
  /** ISO 8601, UTC, millisecond. */
  readonly timestamp: string;
  /** The id of the message that this one answers. */
  readonly correlationId?: string;
  /** ISO 8601. Undelivered after this instant, the message becomes a dead letter ("expired") and is never handled. */
  readonly expiresAt?: string;
  readonly trace?: TraceContext;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the sender may leave out of a built-in content: what decoding fills in. */
type ContentInputOf<Type extends string> = Type extends "task_assignment"
  ? Partial<TaskAssignmentContent>
  : Type extends "task_response"
    ? Partial<TaskResponseContent>
    : ContentOf<Type>;

/** What `createMessage` and `send` take: a message whose id, priority and timestamp may be left out. */
export interface MessageInput<Type extends string = string> {
  /** @default a new UUIDv7 */
  readonly id?: string;
  readonly from: string;
  readonly to: string;
  readonly type: Type;
  readonly content: ContentInputOf<Type>;
  /** @default "medium" */
  readonly priority?: Priority;
  /** @default now */
  readonly timestamp?: string;
  readonly correlationId?: string;
  readonly expiresAt?: string;
  readonly trace?: TraceContext;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether a message is of a built-in type; if so, its content has that type's shape. */
export function isMessageOfType<Type extends BuiltInMessageType>(
  message: AgentMessage,
  type: Type,
): message is AgentMessage<Type> {
  return message.type === type;
}
