import { AgentCommError, type AgentMessage, type Clock, checkAgentId, type Transport } from "@agentcomm/protocol";
import { checkNumber, formatTimestamp, readOptions, toAgentCommError } from "@agentcomm/protocol/internal";
import { addressMessage } from "./address-message.js";
import type { OutgoingMessage, RequestOptions } from "./agent.js";

/** The header of a message whose sender waits for an answer: "true". */
export const EXPECTS_ANSWER = "expects-answer";

const DAY_MS = 86_400_000;

/** What requesting takes. */
export interface RequestsContext {
  readonly id: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly createId: () => string;
}

interface Pending {
  readonly to: string;
  readonly type: string;
  readonly settle: (result: { readonly content: unknown } | AgentCommError) => void;
}

/** Requests that wait for their answers. */
export class Requests {
  readonly #context: RequestsContext;
  readonly #pending = new Map<string, Pending>();

  constructor(context: RequestsContext) {
    this.#context = context;
  }

  async send(to: string, message: OutgoingMessage, given?: RequestOptions): Promise<unknown> {
    const { id: from, transport, clock, createId } = this.#context;
    checkAgentId(to, "to");
    const options = readOptions(given);
    const timeoutMs = checkNumber("timeoutMs", options.timeoutMs ?? 30_000, { min: 1, max: DAY_MS });
    const { signal } = options;
    const outgoing = addressMessage(message, from, to);
    const id = outgoing.id ?? createId();
    if (signal?.aborted) throw aborted(id, to, signal.reason);
    if (this.#pending.has(id)) throw new AgentCommError("INVALID_OPTIONS", `a request with the id ${id} waits already`);
    return await new Promise<unknown>((resolve, reject) => {
      const settle: Pending["settle"] = (result) => {
        this.#pending.delete(id);
        cancelTimer();
        signal?.removeEventListener("abort", onAbort);
        if (AgentCommError.is(result)) reject(result);
        else resolve(result.content);
      };
      const onAbort = (): void => settle(aborted(id, to, signal?.reason));
      const cancelTimer = clock.timer(timeoutMs, () => settle(timedOut(id, to, timeoutMs)));
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, { to, type: outgoing.type, settle });
      const request = {
        ...outgoing,
        id,
        headers: { ...outgoing.headers, [EXPECTS_ANSWER]: "true" },
        expiresAt: outgoing.expiresAt ?? formatTimestamp(clock.now() + timeoutMs),
      };
      transport
        .send(request)
        .catch((error: unknown) => settle(toAgentCommError(error, "STORE_FAILED", "request failed")));
    });
  }

  /** Whether the message is the answer to a request that waits here: then it has got it. */
  settle(message: AgentMessage): boolean {
    const { correlationId, from, type, content } = message;
    const pending = correlationId === undefined ? undefined : this.#pending.get(correlationId);
    if (pending === undefined || pending.to !== from) return false;
    if (type === pending.type || (type === "task_response" && pending.type === "task_assignment")) {
      pending.settle({ content });
      return true;
    }
    if (type !== "error_report") return false;
    const { errorType, errorMessage } = content as AgentMessage<"error_report">["content"];
    pending.settle(
      new AgentCommError("HANDLER_FAILED", errorMessage ?? `agent ${from} reported an error`, {
        details: { agentId: from, ...(errorType === undefined ? {} : { errorType }) },
      }),
    );
    return true;
  }

  /** Rejects everything that waits. */
  close(): void {
    for (const [id, { to, settle }] of [...this.#pending]) {
      settle(
        new AgentCommError("CLOSED", `the agent was stopped before ${to} answered request ${id}`, {
          outcome: "unknown",
        }),
      );
    }
  }
}

function timedOut(id: string, to: string, timeoutMs: number): AgentCommError {
  return new AgentCommError("TIMEOUT", `${to} did not answer request ${id} within ${timeoutMs} ms`, {
    outcome: "unknown",
  });
}

function aborted(id: string, to: string, cause: unknown): AgentCommError {
  return new AgentCommError("ABORTED", `request ${id} to ${to} was aborted by its signal`, {
    outcome: "unknown",
    cause,
  });
}
