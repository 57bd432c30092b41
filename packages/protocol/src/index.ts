export { type Clock, systemClock } from "./clock.js";
export { decodeMessage, encodeMessage } from "./codec.js";
export { type CreateMessageOptions, createMessage } from "./create-message.js";
export { createTransport } from "./create-transport.js";
export { defineMessage, type MessageDefinition } from "./define-message.js";
export { type DefineTaskOptions, defineTask, type TaskDefinition } from "./define-task.js";
export {
  type AgentEvent,
  type DeliveryEvent,
  type DiagnosticEventName,
  type DiagnosticEvents,
  diagnosticsChannel,
  type MessageEvent,
  type MetricEvent,
  publishDiagnostics,
  subscribeDiagnostics,
  type TaskEvent,
  type TroubleEvent,
} from "./diagnostics.js";
export type {
  AppendEntry,
  AppendResult,
  Driver,
  DriverCall,
  DriverRecords,
  RecordChanges,
  RenewEntry,
  Ring,
  SettleEntry,
  SettleResult,
  StoredDeadLetter,
  StoredRecord,
  TakenEntry,
  TakeResult,
} from "./driver.js";
export {
  AgentCommError,
  type AgentCommErrorOptions,
  ERROR_CODES,
  type ErrorCode,
  type ErrorCodeEntry,
  type Outcome,
} from "./errors.js";
export { checkAgentId, checkRecordKey, checkTopic } from "./ids.js";
export type { JsonObject, JsonValue } from "./json.js";
export { DEFAULT_LIMITS, type Limits } from "./limits.js";
export type { Logger } from "./logger.js";
export {
  type AgentMessage,
  type AgentStatus,
  type BuiltInContent,
  type BuiltInMessageType,
  type ContentOf,
  type CoordinationContent,
  type ErrorReportContent,
  type HeartbeatContent,
  isMessageOfType,
  MESSAGE_TYPES,
  type MessageInput,
  PRIORITIES,
  type Priority,
  type StatusUpdateContent,
  type TaskAssignmentContent,
  type TaskErrorContent,
  type TaskResponseContent,
  type TaskResponseStatus,
  type TraceContext,
} from "./message.js";
export {
  type CoordinationInput,
  coordination,
  type ErrorReportInput,
  errorReport,
  type HeartbeatInput,
  heartbeat,
  type MessageFields,
  type StatusUpdateInput,
  statusUpdate,
  type TaskAssignmentInput,
  type TaskResponseInput,
  taskAssignment,
  taskResponse,
} from "./message-helpers.js";
export type { ListRecordsOptions, RecordEvent, RecordStore, VersionedRecord } from "./records.js";
export {
  COMMUNICATION_MODES,
  type CommunicationMode,
  type Settings,
  settingsFromEnv,
  transportFromSettings,
} from "./settings.js";
export type {
  SchemaInput,
  SchemaOutput,
  StandardIssue,
  StandardResult,
  StandardSchema,
} from "./standard-schema.js";
export type {
  CallOptions,
  DeadLetter,
  DeadLetterOptions,
  DeadLetterReason,
  Delivery,
  Durability,
  MailboxOptions,
  MailboxStats,
  Receipt,
  ReceiveOptions,
  RetryOptions,
  SendOptions,
  SettleAction,
  SubscribeOptions,
  Subscription,
  Transport,
  TransportCapabilities,
  TransportHealth,
  TransportStats,
} from "./transport.js";
export type { TransportOptions } from "./transport-options.js";
export { createId, createIdGenerator, type IdGeneratorOptions } from "./uuid.js";
