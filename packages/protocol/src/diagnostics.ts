/**
 * What happens, told on node:diagnostics_channel channels named `agentcomm:<event>`. Logging, metrics and tracing
 * subscribe; no package calls them. Free when nobody listens: the event is not even built.
 */

import { type Channel, channel } from "node:diagnostics_channel";
import { checkFunction } from "./check-options.js";
import type { AgentCommError } from "./errors.js";
import type { AgentMessage } from "./message.js";
import type { DeadLetterReason } from "./transport.js";

/** A message on its way. */
export interface MessageEvent {
  /** The transport's name. */
  readonly transport: string;
  readonly message: AgentMessage;
  /** The agent whose mailbox it concerns. For "message.sent" what the message is addressed to. */
  readonly agentId: string;
}

/** A message that was handed out, or whose delivery ended. */
export interface DeliveryEvent extends MessageEvent {
  readonly attempt: number;
  /** From handing out to settling; absent for "message.received". */
  readonly durationMs?: number;
  /** Why, for "message.retried" and "message.dead". */
  readonly reason?: string;
}

/** What an agent is and does. */
export interface AgentEvent {
  readonly agentId: string;
  readonly role?: string;
  readonly capabilities?: readonly string[];
  readonly maxConcurrentTasks?: number;
  readonly status?: string;
  readonly previousStatus?: string;
  readonly currentTasks?: number;
  readonly reason?: string;
}

/** A step in the life of a task. */
export interface TaskEvent {
  readonly taskId: string;
  readonly taskType: string;
  /** The coordinator that owns the task, where known. */
  readonly coordinatorId?: string;
  /** The agent that has, or had, the current attempt. */
  readonly agentId?: string;
  readonly attempt?: number;
  /** From the task's creation (coordinator) or from the start of the handler (agent). */
  readonly durationMs?: number;
  readonly completionPercentage?: number;
  readonly detail?: string;
  readonly error?: { readonly type: string; readonly message: string };
}

/** A measurement of the user's, or of a package's. */
export interface MetricEvent {
  readonly agentId: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** A failure in the background. */
export interface TroubleEvent {
  readonly error: AgentCommError;
  readonly agentId?: string;
  readonly transport?: string;
}

/** Every event, by name, with its payload. The channel is `agentcomm:` and the name. */
export interface DiagnosticEvents {
  /** `send` resolved. */
  "message.sent": MessageEvent & {
    readonly stored: number;
    readonly duplicate: boolean;
    readonly durationMs: number;
  };
  /** `send` rejected. */
  "message.refused": MessageEvent & { readonly error: AgentCommError };
  /** A receiver has it. */
  "message.received": DeliveryEvent;
  /** Handled and removed. */
  "message.acked": DeliveryEvent;
  /** Offered again. */
  "message.retried": DeliveryEvent;
  /** Moved to the dead letters. `message` is absent if it could not be decoded. */
  "message.dead": Omit<DeliveryEvent, "message"> & {
    readonly message?: AgentMessage;
    readonly deadReason: DeadLetterReason;
  };
  "mailbox.opened": { readonly transport: string; readonly agentId: string; readonly topics: readonly string[] };
  "mailbox.deleted": { readonly transport: string; readonly agentId: string };
  /** Told by the process that registers or unregisters the agent. */
  "agent.registered": AgentEvent;
  "agent.unregistered": AgentEvent;
  "agent.status_changed": AgentEvent;
  "agent.heartbeat": AgentEvent;
  /** Told by every process that watches the registry. */
  "agent.lost": AgentEvent;
  /** Told by the coordinator, once the task's record says so. */
  "task.queued": TaskEvent;
  "task.assigned": TaskEvent;
  "task.running": TaskEvent;
  "task.progress": TaskEvent;
  "task.retried": TaskEvent;
  "task.completed": TaskEvent;
  "task.failed": TaskEvent;
  "task.canceled": TaskEvent;
  "task.rejected": TaskEvent;
  "task.expired": TaskEvent;
  /** Told by the agent around its handler. */
  "task.started": TaskEvent;
  "task.handled": TaskEvent & { readonly outcome: string };
  "metric.recorded": MetricEvent;
  /** Every failure in the background, also where `onError` is set. */
  trouble: TroubleEvent;
}

/** The name of a diagnostic event. */
export type DiagnosticEventName = keyof DiagnosticEvents;

const channels = new Map<string, Channel>();

/** The channel of an event: `agentcomm:<name>`. Subscribe to it as to any channel of node:diagnostics_channel. */
export function diagnosticsChannel(name: DiagnosticEventName): Channel {
  let found = channels.get(name);
  if (found === undefined) {
    found = channel(`agentcomm:${name}`);
    channels.set(name, found);
  }
  return found;
}

/** Calls `listener` for each event of that name in this process. Returns what ends it. */
export function subscribeDiagnostics<Name extends DiagnosticEventName>(
  name: Name,
  listener: (event: DiagnosticEvents[Name]) => void,
): () => void {
  checkFunction("listener", listener);
  const on = (event: unknown): void => listener(event as DiagnosticEvents[Name]);
  const target = diagnosticsChannel(name);
  target.subscribe(on);
  return () => void target.unsubscribe(on);
}

/** Tells an event, if anybody listens: only then `build` is called. For packages of AgentComm and drivers. */
export function publishDiagnostics<Name extends DiagnosticEventName>(
  name: Name,
  build: () => DiagnosticEvents[Name],
): void {
  const target = diagnosticsChannel(name);
  if (target.hasSubscribers) target.publish(build());
}
