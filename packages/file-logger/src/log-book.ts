import type { AgentMessage, Clock } from "@agentcomm/protocol";
import { formatTimestamp } from "@agentcomm/protocol/internal";
import type { DailyFiles } from "./daily-files.js";
import { LOG_KINDS, type LogKind } from "./log-kinds.js";
import { loggable } from "./loggable.js";
import { messageLine } from "./message-line.js";
import { createLineWriter } from "./record-line.js";
import type { Redaction } from "./redact.js";

/** What a log book is made of. */
export interface LogBookParts {
  readonly files: DailyFiles;
  readonly clock: Clock;
  readonly redaction: Redaction;
  readonly includeBodies: boolean;
}

type Writers = Readonly<Record<LogKind, (record: object) => void>>;

/** The shapes of the lines: which keys, in which order, of which kind. */
export class LogBook {
  readonly #parts: LogBookParts;
  readonly #writers: Writers;
  /** When the record that is being written was made. */
  #at = 0;

  constructor(parts: LogBookParts) {
    this.#parts = parts;
    const writer = (kind: LogKind) => createLineWriter((line) => parts.files.append(kind, line, this.#at));
    this.#writers = Object.fromEntries(LOG_KINDS.map((kind) => [kind, writer(kind)])) as Writers;
  }

  /** Makes anything fit for a line: plain JSON without secrets. */
  loggable(value: unknown): unknown {
    return loggable(value, this.#parts.redaction);
  }

  /**
   * A step of a message, which is undefined if it could not be decoded; then only its receiver is known. Here and below,
   * `data` must be fit for a line.
   */
  message(message: AgentMessage | undefined, event: string, receiver: string, data?: object): void {
    const { files, clock, includeBodies } = this.#parts;
    if (message !== undefined && data === undefined && !includeBodies) {
      const at = clock.now();
      files.append("message_audit", messageLine(message, event, receiver, formatTimestamp(at)), at);
      return;
    }
    this.#write("message_audit", {
      message_id: message?.id ?? null,
      from_agent: message?.from ?? null,
      to_agent: message?.to ?? receiver,
      agent_id: message === undefined || message.to === receiver ? undefined : receiver,
      message_type: message?.type ?? null,
      event,
      data,
      content: includeBodies && message !== undefined ? this.loggable(message.content) : undefined,
    });
  }

  agent(agentId: string, event: string, data: unknown): void {
    this.#write("agent_activity", { agent_id: agentId, event, data });
  }

  task(taskId: string, agentId: string | undefined, event: string, data: object): void {
    this.#write("task_history", { task_id: taskId, agent_id: agentId ?? null, event, data });
  }

  metric(agentId: string, metric: string, value: number, unit: string): void {
    this.#write("performance", { agent_id: agentId, metric, value, unit });
  }

  /** `message` and `details` may be anything. */
  error(agentId: string | undefined, errorType: string, message: string, details?: unknown): void {
    this.#write("errors", {
      agent_id: agentId ?? null,
      error_type: errorType,
      error_message: this.loggable(message),
      details: this.loggable(details),
    });
  }

  /** Fields that are undefined are left out. */
  #write(kind: LogKind, record: Record<string, unknown>): void {
    this.#at = this.#parts.clock.now();
    record.timestamp = formatTimestamp(this.#at);
    this.#writers[kind](record);
  }
}
