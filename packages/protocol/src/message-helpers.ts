/** One function per built-in type, each of which builds a complete message. */
import { type CreateMessageOptions, createMessage } from "./create-message.js";
import { invalidMessage, readingForeign } from "./invalid-message.js";
import type { JsonObject, JsonValue } from "./json.js";
import type {
  AgentMessage,
  BuiltInMessageType,
  MessageInput,
  TaskErrorContent,
  TaskResponseStatus,
} from "./message.js";

/** The fields around the content: `from` and `to`, and what `createMessage` fills in or may be left out. */
export type MessageFields = Omit<MessageInput, "type" | "content">;

/** What {@link taskAssignment} takes: the message's fields and the content's, side by side. */
export interface TaskAssignmentInput extends MessageFields {
  readonly taskId: string;
  readonly taskType: string;
  /** @default "" */
  readonly description?: string;
  /** @default {} */
  readonly parameters?: JsonObject;
  /** @default [] */
  readonly requiredCapabilities?: readonly string[];
  /** @default 1 */
  readonly attempt?: number;
  /** ISO 8601: the attempt is given up after it. */
  readonly deadline?: string;
}

/** What {@link taskResponse} takes. */
export interface TaskResponseInput extends MessageFields {
  readonly taskId: string;
  readonly status: TaskResponseStatus;
  /** @default 1 */
  readonly attempt?: number;
  readonly result?: JsonValue;
  readonly error?: TaskErrorContent;
  readonly executionTimeMs?: number;
  /** 0 to 100. */
  readonly completionPercentage?: number;
}

/** What {@link statusUpdate} takes. */
export interface StatusUpdateInput extends MessageFields {
  readonly status: string;
  readonly currentTasks?: number;
  readonly taskId?: string;
  /** 0 to 100. */
  readonly completionPercentage?: number;
  readonly detail?: string;
}

/** What {@link heartbeat} takes. */
export interface HeartbeatInput extends MessageFields {
  readonly status: string;
  readonly currentTasks: number;
  readonly metrics?: JsonObject;
}

/** What {@link errorReport} takes. */
export interface ErrorReportInput extends MessageFields {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly taskId?: string;
  readonly stack?: string;
  readonly details?: JsonValue;
}

/** What {@link coordination} takes. */
export interface CoordinationInput extends MessageFields {
  readonly action: string;
  readonly data?: JsonValue;
}

/** Builds a `task_assignment`: work for an agent. Throws what `createMessage` throws. */
export function taskAssignment(
  input: TaskAssignmentInput,
  options?: CreateMessageOptions,
): AgentMessage<"task_assignment"> {
  return build("task_assignment", input, ["taskId", "taskType"], options);
}

/** Builds a `task_response`: the answer to a task. Throws what `createMessage` throws. */
export function taskResponse(input: TaskResponseInput, options?: CreateMessageOptions): AgentMessage<"task_response"> {
  return build("task_response", input, ["taskId", "status"], options);
}

/** Builds a `status_update`: a change of an agent's state, or a task's progress. Throws what `createMessage` throws. */
export function statusUpdate(input: StatusUpdateInput, options?: CreateMessageOptions): AgentMessage<"status_update"> {
  return build("status_update", input, ["status"], options);
}

/** Builds a `heartbeat`: a sign of life. Throws what `createMessage` throws. */
export function heartbeat(input: HeartbeatInput, options?: CreateMessageOptions): AgentMessage<"heartbeat"> {
  return build("heartbeat", input, ["status", "currentTasks"], options);
}

/** Builds an `error_report`: a failure that somebody should know of. Throws what `createMessage` throws. */
export function errorReport(input: ErrorReportInput, options?: CreateMessageOptions): AgentMessage<"error_report"> {
  return build("error_report", input, ["errorType", "errorMessage"], options);
}

/** Builds a `coordination`: an instruction among coordinators and agents. Throws what `createMessage` throws. */
export function coordination(input: CoordinationInput, options?: CreateMessageOptions): AgentMessage<"coordination"> {
  return build("coordination", input, ["action"], options);
}

function build<Type extends BuiltInMessageType>(
  type: Type,
  input: MessageFields,
  required: readonly string[],
  options: CreateMessageOptions | undefined,
): AgentMessage<Type> {
  const message = readingForeign("message", () => {
    const { id, from, to, priority, timestamp, correlationId, expiresAt, trace, headers, ...content } = input;
    return { id, from, to, type, content, priority, timestamp, correlationId, expiresAt, trace, headers };
  });
  for (const key of required) {
    if ((message.content as JsonObject)[key] === undefined) throw invalidMessage(`content.${key}`, "is missing");
  }
  return createMessage(message as unknown as MessageInput<Type>, options);
}
