import type { AgentCommError } from "@agentcomm/protocol";
import type { TaskRecord } from "@agentcomm/protocol/internal";
import type { TaskUpdate } from "./task-update.js";
import type { WaitingLine } from "./waiting-line.js";

/** Somebody who follows a task: is told each change, and then how it ended, or why it can't be followed any longer. */
export interface TaskFollower {
  tell(update: TaskUpdate): void;
  end(how: TaskRecord | AgentCommError): void;
}

/** What can fall due for a task: the end of a back-off, of an attempt, of the task. */
export type DueKind = "retry" | "timeout" | "expire";

/** A slot of an agent that a task takes. */
export interface TakenSlot {
  readonly agentId: string;
  readonly release: () => void;
}

/** A task in this process's memory: one that it looks after, or one that somebody here follows. */
export class OpenTask {
  record: TaskRecord;
  version: number;
  readonly followers = new Set<TaskFollower>();
  /** The slot chosen for the next attempt, until that attempt is written. */
  claim: TakenSlot | undefined;
  /** The slot that the attempt under way takes. */
  slot: (TakenSlot & { readonly attempt: number }) | undefined;
  /** The newest attempt whose assignment this process has sent. */
  sentAttempt = 0;
  /** The line in which it waits for an agent. Unset, it has left the line, wherever it still stands there. */
  line: WaitingLine | undefined;
  /** What falls due next, and when: epoch milliseconds. */
  due: { readonly at: number; readonly what: DueKind; readonly cancel: () => void } | undefined;
  /** Why it can't be followed any longer, though it has not ended. */
  lost: AgentCommError | undefined;

  constructor(record: TaskRecord, version: number) {
    this.record = record;
    this.version = version;
  }

  get taskId(): string {
    return this.record.taskId;
  }
}
