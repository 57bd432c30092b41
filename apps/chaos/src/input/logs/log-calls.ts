import type { FileLogger } from "@agentcomm/file-logger";
import { AgentCommError, type AgentMessage, type JsonObject, publishDiagnostics } from "@agentcomm/protocol";

/** What the line of each kind says, at least. */
export type Lines = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Something that leaves a line of each of its kinds: with a text wherever one may stand, and data in which a secret is planted. */
export interface LogCall {
  lines(text: string): Lines;
  /** The kind whose line shows the data. Absent: none does. */
  readonly dataIn?: string;
  log(logger: FileLogger, text: string, data: unknown): void;
}

const messageOf = (text: string, content: unknown): AgentMessage => ({
  id: text,
  from: text,
  to: text,
  type: text,
  content: content as JsonObject,
  priority: "medium",
  timestamp: "2026-01-15T10:30:00.000Z",
});

// Of an object, what a program would write into a text.
const asText = (data: unknown): string => {
  try {
    return data instanceof Error ? String(data.message) : String(data);
  } catch {
    return "something";
  }
};

const around = (text: string) => ({ transport: text, agentId: text, attempt: 2, durationMs: 1 });
const task = (text: string) => ({ taskId: text, taskType: text, agentId: text, coordinatorId: text, attempt: 1 });

const step = (text: string) => ({ message_id: text, from_agent: text, to_agent: text, message_type: text });
const unread = (text: string) => ({ message_id: null, from_agent: null, to_agent: text, message_type: null });
const progress = (text: string) => ({ task_id: text, agent_id: text });

/** Every way into the files. */
export const LOG_CALLS: Readonly<Record<string, LogCall>> = {
  activity: {
    lines: (text) => ({ agent_activity: { agent_id: text, event: text } }),
    dataIn: "agent_activity",
    log: (logger, text, data) => logger.logAgentActivity(text, text, { [text]: text, data }),
  },
  metric: {
    lines: (text) => ({ performance: { agent_id: text, metric: text, value: 1, unit: text } }),
    log: (logger, text) => logger.logPerformanceMetric(text, text, 1, text),
  },
  error: {
    lines: (text) => ({ errors: { agent_id: text, error_type: text } }),
    dataIn: "errors",
    log: (logger, text, data) => logger.logError(text, text, asText(data), data),
  },
  "message with its body": {
    lines: (text) => ({ message_audit: { ...step(text), event: "sent" } }),
    dataIn: "message_audit",
    log: (_, text, data) =>
      publishDiagnostics("message.sent", () => ({
        ...around(text),
        message: messageOf(text, { [text]: text, data }),
        stored: 1,
        duplicate: false,
      })),
  },
  "message received": {
    lines: (text) => ({ message_audit: { ...step(text), event: "received" } }),
    dataIn: "message_audit",
    log: (_, text, data) =>
      publishDiagnostics("message.received", () => ({ ...around(text), message: messageOf(text, { data }) })),
  },
  "message retried": {
    lines: (text) => ({ message_audit: { ...step(text), event: "retried" } }),
    log: (_, text, data) =>
      publishDiagnostics("message.retried", () => ({
        ...around(text),
        message: messageOf(text, {}),
        reason: `${text} ${asText(data)}`,
      })),
  },
  "message dead": {
    lines: (text) => ({
      message_audit: { ...unread(text), event: "dead" },
      errors: { agent_id: text, error_type: "dead_letter" },
    }),
    log: (_, text, data) =>
      publishDiagnostics("message.dead", () => ({
        ...around(text),
        deadReason: "unreadable",
        reason: `${text} ${asText(data)}`,
      })),
  },
  "message refused": {
    lines: (text) => ({
      message_audit: { ...step(text), event: "refused" },
      errors: { agent_id: text, error_type: "MAILBOX_FULL" },
    }),
    dataIn: "message_audit",
    log: (_, text, data) =>
      publishDiagnostics("message.refused", () => ({
        ...around(text),
        message: messageOf(text, { data }),
        error: new AgentCommError("MAILBOX_FULL", asText(data), { cause: data }),
      })),
  },
  "agent lost": {
    lines: (text) => ({ agent_activity: { agent_id: text, event: "lost" } }),
    log: (_, text, data) =>
      publishDiagnostics("agent.lost", () => ({
        agentId: text,
        role: text,
        capabilities: [text],
        reason: asText(data),
      })),
  },
  "task failed": {
    lines: (text) => ({
      task_history: { ...progress(text), event: "failed" },
      errors: { agent_id: text, error_type: text },
    }),
    log: (_, text, data) =>
      publishDiagnostics("task.failed", () => ({
        ...task(text),
        detail: asText(data),
        error: { type: text, message: asText(data), stack: `${asText(data)}\n    at ${text}` },
      })),
  },
  "task in progress": {
    lines: (text) => ({ task_history: { ...progress(text), event: "progress" } }),
    log: (_, text, data) =>
      publishDiagnostics("task.progress", () => ({ ...task(text), detail: `${text} ${asText(data)}` })),
  },
  trouble: {
    lines: (text) => ({ errors: { agent_id: text, error_type: "STORE_FAILED" } }),
    dataIn: "errors",
    log: (_, text, data) =>
      publishDiagnostics("trouble", () => ({
        agentId: text,
        transport: text,
        error: new AgentCommError("STORE_FAILED", asText(data), { details: { [text]: data }, cause: data }),
      })),
  },
};
