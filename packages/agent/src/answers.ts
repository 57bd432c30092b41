import {
  AgentCommError,
  type AgentMessage,
  type Clock,
  type Delivery,
  type MessageInput,
  type Priority,
  type Transport,
} from "@agentcomm/protocol";
import { backoffMs, type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";
import { answerId } from "./answer-id.js";

const TRY_AGAIN = { minMs: 100, maxMs: 5_000 };

/** What sending answers takes. */
export interface AnswersContext {
  readonly id: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: ReportTrouble;
}

/** Sends answers: each once, whatever happens to the process, and until they are stored. */
export class Answers {
  readonly #context: AnswersContext;

  constructor(context: AnswersContext) {
    this.#context = context;
  }

  /**
   * Resolves once the answer is stored. Where it cannot be at the moment (no connection, a full mailbox) it is tried again
   * until the delivery's signal fires, because the work it tells of is done and should not be done again. Rejects with what a repeat
   * cannot help, and with the last failure once it has fired.
   */
  async send(
    question: AgentMessage,
    answer: Pick<MessageInput, "type" | "content">,
    delivery: Delivery,
  ): Promise<void> {
    const { id, transport, report } = this.#context;
    const message: MessageInput = {
      ...answer,
      id: answerId(question.id),
      from: id,
      to: question.from,
      priority: question.priority,
      correlationId: question.id,
      ...(question.trace === undefined ? {} : { trace: question.trace }),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        await transport.send(message, { idempotencyKey: answerId(question.id) });
        return;
      } catch (error) {
        if (!AgentCommError.is(error) || !error.retryable) throw error;
        const { signal } = delivery;
        if (!signal.aborted) await this.#pause(attempt, signal);
        if (signal.aborted) throw error;
        report(error, { agentId: id });
      }
    }
  }

  /** Tells something about a message under way, once: progress that could not be told is reported and forgotten. */
  async tell(to: string, priority: Priority, news: Pick<MessageInput, "type" | "content">): Promise<void> {
    const { id, transport, report } = this.#context;
    try {
      await transport.send({ ...news, from: id, to, priority });
    } catch (error) {
      report(toAgentCommError(error, "STORE_FAILED", "telling of progress failed"), { agentId: id });
    }
  }

  async #pause(attempt: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#context;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = clock.timer(backoffMs(attempt, TRY_AGAIN, random), done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
