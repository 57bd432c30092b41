import type { WireMessage } from "./wire-message.js";

const around = (type: string, content: object): WireMessage => ({
  message_id: "m-1",
  from_agent: "worker-1",
  to_agent: "supervisor",
  message_type: type,
  content,
  priority: "high",
  timestamp: "2026-01-15T10:30:00.000Z",
  correlation_id: "m-0",
  expires_at: "2999-01-01T00:00:00Z",
  trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" },
  headers: { a: "b" },
});

/** A valid message of each type with every field there is, and text of every width: what cases are cut from. */
export const sampleMessages: readonly WireMessage[] = [
  around("task_assignment", {
    task_id: "t-1",
    task_type: "work",
    description: "é𝄞",
    parameters: { path: "src/é.ts" },
    required_capabilities: ["a"],
    attempt: 1,
    deadline: "2999-01-01T00:00:00Z",
  }),
  around("task_response", {
    task_id: "t-1",
    attempt: 1,
    status: "completed",
    result: { n: 1 },
    error: { type: "E", message: "é", retryable: true, stack: "at x" },
    execution_time_ms: 1.5,
    completion_percentage: 50,
  }),
  around("status_update", {
    status: "running",
    current_tasks: 1,
    task_id: "t-1",
    completion_percentage: 10,
    detail: "é",
    attempt: 1,
  }),
  around("heartbeat", { status: "idle", current_tasks: 0, metrics: { load: 0.5 } }),
  around("error_report", { error_type: "E", error_message: "𝄞", task_id: "t-1", stack: "at x", details: [1] }),
  around("coordination", { action: "cancel_task", data: { taskId: "t-1", attempt: 1, reason: "é" } }),
  around("chat.line", { text: "é𝄞", list: [1, [2, { a: null }]] }),
];

/** The names of the fields that a message cannot do without. */
export const REQUIRED_FIELDS = [
  "message_id",
  "from_agent",
  "to_agent",
  "message_type",
  "content",
  "timestamp",
] as const;

/** The JSON of a message with raw text where the value of one field, or of one key of its content, would stand. */
export function withRaw(message: WireMessage, place: string, raw: string): string {
  const [field = "", key] = place.split("/");
  const hole = "\u0001hole";
  const value = key === undefined ? hole : { ...(message[field] as object), [key]: hole };
  return JSON.stringify({ ...message, [field]: value }).replace(JSON.stringify(hole), () => raw);
}
