import type { FileLogger } from "@agentcomm/file-logger";
import { AgentCommError, type AgentMessage, type JsonObject, publishDiagnostics } from "@agentcomm/protocol";

/** How many lines of each kind a call leaves. */
export type Lines = Readonly<Record<string, number>>;

/** Something that leaves lines: with a text wherever one may stand, and data in which a secret is planted. */
export interface LogCall {
  readonly lines: Lines;
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

/** Every way into the files. */
export const LOG_CALLS: Readonly<Record<string, LogCall>> = {
  activity: {
    lines: { agent_activity: 1 },
    log: (logger, text, data) => logger.logAgentActivity(text, text, { [text]: text, data }),
  },
  metric: { lines: { performance: 1 }, log: (logger, text) => logger.logPerformanceMetric(text, text, 1, text) },
  error: { lines: { errors: 1 }, log: (logger, text, data) => logger.logError(text, text, asText(data), data) },
  "message with its body": {
    lines: { message_audit: 1 },
    log: (_, text, data) =>
      publishDiagnostics("message.sent", () => ({
        ...around(text),
        message: messageOf(text, { [text]: text, data }),
        stored: 1,
        duplicate: false,
      })),
  },
  "message received": {
    lines: { message_audit: 1 },
    log: (_, text, data) =>
      publishDiagnostics("message.received", () => ({ ...around(text), message: messageOf(text, { data }) })),
  },
  "message retried": {
    lines: { message_audit: 1 },
    log: (_, text, data) =>
      publishDiagnostics("message.retried", () => ({
        ...around(text),
        message: messageOf(text, {}),
        reason: `${text} ${asText(data)}`,
      })),
  },
  "message dead": {
    lines: { message_audit: 1, errors: 1 },
    log: (_, text, data) =>
      publishDiagnostics("message.dead", () => ({
        ...around(text),
        deadReason: "unreadable",
        reason: `${text} ${asText(data)}`,
      })),
  },
  "message refused": {
    lines: { message_audit: 1, errors: 1 },
    log: (_, text, data) =>
      publishDiagnostics("message.refused", () => ({
        ...around(text),
        message: messageOf(text, { data }),
        error: new AgentCommError("MAILBOX_FULL", asText(data), { cause: data }),
      })),
  },
  "agent lost": {
    lines: { agent_activity: 1 },
    log: (_, text, data) =>
      publishDiagnostics("agent.lost", () => ({
        agentId: text,
        role: text,
        capabilities: [text],
        reason: asText(data),
      })),
  },
  "task failed": {
    lines: { task_history: 1, errors: 1 },
    log: (_, text, data) =>
      publishDiagnostics("task.failed", () => ({
        ...task(text),
        detail: asText(data),
        error: { type: text, message: asText(data), stack: `${asText(data)}\n    at ${text}` },
      })),
  },
  "task in progress": {
    lines: { task_history: 1 },
    log: (_, text, data) =>
      publishDiagnostics("task.progress", () => ({ ...task(text), detail: `${text} ${asText(data)}` })),
  },
  trouble: {
    lines: { errors: 1 },
    log: (_, text, data) =>
      publishDiagnostics("trouble", () => ({
        agentId: text,
        transport: text,
        error: new AgentCommError("STORE_FAILED", asText(data), { details: { [text]: data }, cause: data }),
      })),
  },
};
