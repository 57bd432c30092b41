import type { AgentMessage, Delivery, JsonObject, Logger } from "@agentcomm/protocol";
import { answerId } from "./answer-id.js";
import type { Handlers, MessageEntry } from "./handlers.js";
import { handleMessage, type MessageHandlingContext } from "./message-handling.js";
import type { Requests } from "./requests.js";
import type { TaskRunner } from "./task-runner.js";

/** What others tell without expecting anybody to listen. */
const PASSED_OVER: ReadonlySet<string> = new Set(["status_update", "heartbeat", "coordination"]);

/** What reading the mailbox takes. */
export interface MailboxReaderContext extends MessageHandlingContext {
  readonly handlers: Handlers<MessageEntry>;
  readonly tasks: TaskRunner;
  readonly requests: Requests;
  readonly log: Logger;
}

/** Takes each message to whom it concerns. Resolves when it may be acked; rejects when it should be offered again. */
export async function readMessage(context: MailboxReaderContext, delivery: Delivery): Promise<void> {
  const { handlers, tasks, requests, log, id } = context;
  const { message } = delivery;
  if (message.type === "task_assignment") return await tasks.handle(delivery);
  if (requests.settle(message)) return;
  if (isCancel(message)) return cancelTask(tasks, message);
  if (message.correlationId !== undefined && message.id === answerId(message.correlationId)) {
    log.info({ from: message.from, request: message.correlationId }, "an answer came that nobody waits for any more");
    return;
  }
  const entry = handlers.get(message.type);
  if (entry !== undefined) return await handleMessage(context, entry, delivery);
  if (message.to !== id || PASSED_OVER.has(message.type)) return;
  await delivery.reject(`agent ${id} has no handler for messages of type ${message.type}`);
}

function isCancel(message: AgentMessage): message is AgentMessage<"coordination"> {
  return message.type === "coordination" && message.content.action === "cancel_task";
}

function cancelTask(tasks: TaskRunner, { from, content }: AgentMessage<"coordination">): void {
  const { taskId, attempt, reason } = (content.data ?? {}) as JsonObject;
  if (typeof taskId !== "string") return;
  tasks.cancel(
    taskId,
    typeof attempt === "number" ? attempt : undefined,
    typeof reason === "string" ? reason : `by ${from}`,
  );
}
