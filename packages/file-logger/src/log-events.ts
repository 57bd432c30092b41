import {
  type AgentCommError,
  type AgentEvent,
  type DeliveryEvent,
  type DiagnosticEventName,
  type DiagnosticEvents,
  subscribeDiagnostics,
  type TaskEvent,
} from "@agentcomm/protocol";
import { describe } from "@agentcomm/protocol/internal";
import type { LogBook } from "./log-book.js";

/**
 * Writes into the log book what this process tells on the diagnostics channels. Returns what ends it. A failure goes to
 * `onFailed`: a subscriber that throws would take the process down.
 */
export function logEvents(book: LogBook, onFailed: (error: unknown) => void): () => void {
  const ends: (() => void)[] = [];
  const on = <Name extends DiagnosticEventName>(name: Name, write: (event: DiagnosticEvents[Name]) => void) => {
    const guarded = (event: DiagnosticEvents[Name]) => {
      try {
        write(event);
      } catch (error) {
        onFailed(error);
      }
    };
    ends.push(subscribeDiagnostics(name, guarded));
  };

  on("message.sent", (event) => {
    book.message(event.message, "sent", event.agentId, event.duplicate ? { duplicate: true } : undefined);
  });
  on("message.refused", (event) => {
    book.message(event.message, "refused", event.agentId, { error_type: event.error.code });
    book.error(event.message.from, event.error.code, event.error.message, {
      message_id: event.message.id,
      to_agent: event.message.to,
    });
  });
  on("message.received", (event) => book.message(event.message, "received", event.agentId, repeated(event)));
  on("message.acked", (event) => book.message(event.message, "processed", event.agentId, repeated(event)));
  on("message.retried", (event) => book.message(event.message, "retried", event.agentId, delivery(event, book)));
  on("message.dead", (event) => {
    book.message(event.message, "dead", event.agentId, { dead_reason: event.deadReason, ...delivery(event, book) });
    book.error(event.agentId, "dead_letter", `${event.deadReason}: ${event.reason ?? "no reason given"}`, {
      message_id: event.message?.id,
      attempt: event.attempt,
    });
  });

  on("mailbox.opened", (event) => book.agent(event.agentId, "mailbox_opened", { topics: event.topics }));
  on("mailbox.deleted", (event) => book.agent(event.agentId, "mailbox_deleted", {}));
  on("agent.registered", (event) => book.agent(event.agentId, "registered", agentData(event, book)));
  on("agent.unregistered", (event) => book.agent(event.agentId, "unregistered", agentData(event, book)));
  on("agent.status_changed", (event) => {
    const { status, ...rest } = agentData(event, book);
    book.agent(event.agentId, "status_change", { new_status: status, ...rest });
  });
  on("agent.heartbeat", (event) => book.agent(event.agentId, "heartbeat", agentData(event, book)));
  on("agent.lost", (event) => book.agent(event.agentId, "lost", agentData(event, book)));

  for (const step of ["queued", "assigned", "running", "progress", "started"] as const) {
    on(`task.${step}`, (event) => book.task(event.taskId, event.agentId, step, taskData(event, book)));
  }
  on("task.completed", (event) => book.task(event.taskId, event.agentId, "completed", taskData(event, book, true)));
  on("task.canceled", (event) => book.task(event.taskId, event.agentId, "canceled", taskData(event, book, false)));
  for (const step of ["retried", "failed", "rejected", "expired"] as const) {
    on(`task.${step}`, (event) => {
      book.task(event.taskId, event.agentId, step, taskData(event, book, false));
      book.error(event.agentId, event.error?.type ?? `task_${step}`, event.error?.message ?? event.detail ?? "", {
        task_id: event.taskId,
        task_type: event.taskType,
        attempt: event.attempt,
      });
    });
  }
  on("task.handled", (event) => {
    const data = { ...taskData(event, book, event.outcome === "completed"), outcome: event.outcome };
    book.task(event.taskId, event.agentId, "handled", data);
    if (event.agentId !== undefined && event.durationMs !== undefined) {
      book.metric(event.agentId, "task_duration", event.durationMs, "ms");
    }
  });

  on("metric.recorded", (event) => book.metric(event.agentId, event.metric, event.value, event.unit));
  on("trouble", (event) => {
    book.error(event.agentId, event.error.code, event.error.message, {
      ...(event.transport === undefined ? {} : { transport: event.transport }),
      ...errorData(event.error),
    });
  });

  return () => {
    for (const end of ends) end();
  };
}

function delivery({ attempt, durationMs, reason }: Partial<DeliveryEvent>, book: LogBook): Record<string, unknown> {
  return { attempt, duration_ms: durationMs, reason: book.loggable(reason) };
}

/** The first delivery of a message is the rule: its line says no more than the original's. */
function repeated({ attempt }: DeliveryEvent): Record<string, unknown> | undefined {
  return attempt > 1 ? { attempt } : undefined;
}

function agentData(event: AgentEvent, book: LogBook): Record<string, unknown> {
  return {
    agent_role: event.role,
    capabilities: event.capabilities,
    max_concurrent_tasks: event.maxConcurrentTasks,
    status: event.status,
    previous_status: event.previousStatus,
    current_tasks: event.currentTasks,
    reason: book.loggable(event.reason),
  };
}

function taskData(event: TaskEvent, book: LogBook, success?: boolean): Record<string, unknown> {
  return {
    duration_ms: event.durationMs,
    success,
    task_type: event.taskType,
    coordinator_id: event.coordinatorId,
    attempt: event.attempt,
    completion_percentage: event.completionPercentage,
    detail: book.loggable(event.detail),
    error: book.loggable(event.error),
  };
}

function errorData(error: AgentCommError): Record<string, unknown> {
  return {
    outcome: error.outcome,
    details: error.details,
    cause: error.cause === undefined ? undefined : describe(error.cause),
  };
}
