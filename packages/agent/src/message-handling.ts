import { AgentCommError, type AgentMessage, type Delivery, type JsonObject, type Logger } from "@agentcomm/protocol";
import { describe, invalidMessage, quote, type ReportTrouble, validateWithSchema } from "@agentcomm/protocol/internal";
import type { MessageContext } from "./agent.js";
import type { Answers } from "./answers.js";
import { handBack } from "./hand-back.js";
import type { MessageEntry } from "./handlers.js";
import { EXPECTS_ANSWER } from "./requests.js";
import { taskError } from "./task-error.js";

/** What handling messages takes. */
export interface MessageHandlingContext {
  readonly id: string;
  readonly answers: Answers;
  readonly log: Logger;
  readonly report: ReportTrouble;
}

/** Runs a message's handler and answers where an answer is wanted. Rejects when the message should be offered again. */
export async function handleMessage(
  handling: MessageHandlingContext,
  { definition, handler }: MessageEntry,
  delivery: Delivery,
): Promise<void> {
  const { id, log, report } = handling;
  const { message, attempt } = delivery;
  let watched = false;
  const context: MessageContext = {
    // Made when the handler looks at it: most don't.
    get signal() {
      watched = true;
      return delivery.signal;
    },
    attempt,
    log,
  };
  const givenUp = (): boolean => watched && delivery.signal.aborted;
  const expectsAnswer = message.headers?.[EXPECTS_ANSWER] === "true";
  const answerFailure = (type: string | undefined, thrown: unknown): Promise<void> =>
    answer(handling, delivery, errorReport(type, thrown));

  let content = message.content;
  if (definition !== undefined) {
    try {
      content = (await validateWithSchema(definition.content, content, "content")) as JsonObject;
    } catch (error) {
      if (expectsAnswer) return await answerFailure("invalid_content", error);
      return await delivery.reject(describe(error));
    }
  }

  let result: unknown;
  try {
    result = await handler({ ...message, content }, context);
  } catch (thrown) {
    if (givenUp()) return await handBack(delivery);
    if (expectsAnswer) return await answerFailure(undefined, thrown);
    const what = `agent ${id}: the handler for messages of type ${message.type} threw: ${describe(thrown)}`;
    report(new AgentCommError("HANDLER_FAILED", what, { cause: thrown, details: { messageId: message.id } }), {
      agentId: id,
    });
    throw thrown;
  }
  if (givenUp()) return await handBack(delivery);

  if (expectsAnswer && result !== undefined && !isObject(result)) {
    const wrong = invalidMessage("answer", `is ${quote(result)}: a handler's answer must be an object`);
    return await answerFailure("invalid_answer", wrong);
  }
  // Nobody waits for an answer to an answer, or to a fan-out.
  const mayAnswer = message.to === id && message.correlationId === undefined && isObject(result);
  if (!expectsAnswer && !mayAnswer) return;
  try {
    await answer(handling, delivery, { type: message.type, content: (result ?? {}) as JsonObject });
  } catch (error) {
    if (!expectsAnswer || (AgentCommError.is(error) && error.retryable)) throw error;
    await answerFailure("invalid_answer", error);
  }
}

async function answer(
  { answers }: MessageHandlingContext,
  delivery: Delivery,
  content: { readonly type: string; readonly content: JsonObject },
): Promise<void> {
  await answers.send(delivery.message, content, delivery);
}

function errorReport(type: string | undefined, thrown: unknown) {
  const { type: thrownType, message, stack } = taskError(thrown);
  return {
    type: "error_report" satisfies AgentMessage["type"],
    content: {
      errorType: type ?? thrownType,
      errorMessage: message,
      ...(stack === undefined ? {} : { stack }),
    },
  };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
