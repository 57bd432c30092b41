import { AgentCommError, type AgentMessage } from "@agentcomm/protocol";
import type { ReportTrouble, TaskRecord } from "@agentcomm/protocol/internal";
import { type RetryTimes, stepOfAnswer, stepOfErrorReport, stepOfStatusUpdate } from "./answer-step.js";
import type { TaskLedger } from "./task-ledger.js";
import { TASK_CHANGED } from "./task-mail.js";
import type { TaskStep } from "./task-step.js";

/** What reading the mailbox takes. */
export interface IncomingContext {
  readonly id: string;
  readonly ledger: TaskLedger;
  readonly report: ReportTrouble;
  readonly retryTimes: () => RetryTimes;
  /** An answer came too late, or from an agent that no longer has the task. It changed nothing. */
  readonly refused: (message: AgentMessage) => void;
}

type Decide = (record: TaskRecord) => TaskStep | { readonly refused: string };

/** Handles what comes into a coordinator's mailbox. */
export class Incoming {
  readonly #context: IncomingContext;

  constructor(context: IncomingContext) {
    this.#context = context;
  }

  /**
   * Resolves once what the message says stands in the records: to undefined, or to why nothing can be made of it. Rejects
   * if the records can't be reached.
   */
  async handle(message: AgentMessage): Promise<string | undefined> {
    const { retryTimes, ledger } = this.#context;
    switch (message.type) {
      case "task_response": {
        const answer = message as AgentMessage<"task_response">;
        if (answer.content.status === undefined) return "the task_response has no status";
        return await this.#change(answer, (record) => stepOfAnswer(answer, record, retryTimes()));
      }
      case "error_report": {
        const failure = message as AgentMessage<"error_report">;
        if (failure.content.taskId === undefined) return this.#tell(failure);
        return await this.#change(failure, (record) => stepOfErrorReport(failure, record, retryTimes()));
      }
      case "status_update": {
        const news = message as AgentMessage<"status_update">;
        if (news.content.taskId === undefined) return undefined;
        return await this.#change(news, (record) => stepOfStatusUpdate(news, record));
      }
      case "coordination": {
        const { action, data } = (message as AgentMessage<"coordination">).content;
        if (action !== TASK_CHANGED) return this.#unknown(message, `the action ${action}`);
        const taskId = typeof data === "object" && data !== null && "taskId" in data ? data.taskId : undefined;
        if (typeof taskId !== "string") return "task_changed needs data.taskId";
        if (ledger.get(taskId) !== undefined) await ledger.resync(taskId);
        return undefined;
      }
      case "heartbeat":
        return undefined;
      default:
        return this.#unknown(message, message.type);
    }
  }

  async #change(
    message: AgentMessage<"task_response" | "error_report" | "status_update">,
    decide: Decide,
  ): Promise<string | undefined> {
    const { taskId } = message.content;
    if (taskId === undefined) return `the ${message.type} has no task_id`;
    const { ledger, id, refused } = this.#context;
    const change = await ledger.change(taskId, (record) =>
      record.coordinatorId === id ? decide(record) : { refused: `it is a task of ${record.coordinatorId}` },
    );
    if (change.kind !== "changed" && message.type !== "status_update") refused(message);
    return undefined;
  }

  #tell({ from, content }: AgentMessage<"error_report">): undefined {
    const { errorType = "error", errorMessage = "" } = content;
    const message = `agent ${from} reports ${errorType}: ${errorMessage}`;
    this.#context.report(new AgentCommError("HANDLER_FAILED", message, { details: { agentId: from, ...content } }));
    return undefined;
  }

  /** What was sent to many is not for everybody; what was sent to this coordinator alone was meant for it. */
  #unknown({ to }: AgentMessage, what: string): string | undefined {
    return to === this.#context.id ? `a coordinator has no handler for ${what}` : undefined;
  }
}
