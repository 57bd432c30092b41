import type { AgentCommError, AgentMessage, JsonObject, MessageInput, Transport } from "@agentcomm/protocol";
import type { Store } from "@agentcomm/test-transports";
import { type Agent, type AgentOptions, createAgent } from "../src/index.js";

/** An agent on a transport of its own, as if it were a process of its own. What it reports in the background is collected. */
export function openAgent(
  store: Store,
  options: Partial<AgentOptions> = {},
): Agent & { readonly reported: AgentCommError[]; readonly transport: Transport } {
  const reported: AgentCommError[] = [];
  const transport = options.transport ?? store.transport();
  const agent = createAgent({ id: "worker", onError: (error) => reported.push(error), ...options, transport });
  return Object.assign(agent, { reported, transport });
}

/** Somebody who assigns tasks by hand and reads what comes back: what a coordinator does, without its decisions. */
export function openBoss(store: Store, id = "boss") {
  const transport = store.transport();
  const received: AgentMessage[] = [];
  const subscription = transport.subscribe(
    id,
    async ({ message }) => {
      received.push(message);
    },
    { concurrency: 100 },
  );
  return {
    id,
    transport,
    received,
    /** Everything of one type that has come back, oldest first. */
    ofType<Type extends string>(type: Type): AgentMessage<Type>[] {
      return received.filter((message) => message.type === type) as AgentMessage<Type>[];
    },
    responses(): AgentMessage<"task_response">["content"][] {
      return this.ofType("task_response").map((message) => message.content);
    },
    async assign(
      taskId: string,
      options: {
        to?: string;
        taskType?: string;
        parameters?: JsonObject;
        attempt?: number;
        deadline?: string;
      } & Partial<Pick<MessageInput, "id" | "timestamp" | "priority">> = {},
    ): Promise<string> {
      const { to = "worker", taskType = "work", parameters = {}, attempt = 1, deadline, ...message } = options;
      const content = { taskId, taskType, parameters, attempt, ...(deadline === undefined ? {} : { deadline }) };
      const receipt = await transport.send({
        id: `${taskId}.${attempt}`,
        ...message,
        from: id,
        to,
        type: "task_assignment",
        content,
      });
      return receipt.id;
    },
    async cancel(taskId: string, reason = "not needed", to = "worker"): Promise<void> {
      const content = { action: "cancel_task", data: { taskId, reason } };
      await transport.send({ from: id, to, type: "coordination", content, priority: "critical" });
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await subscription.stop({ drainMs: 0 });
    },
  };
}

/** A promise to be settled by hand. */
export function gate<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Resolves when the signal fires, to its reason. */
export function aborted(signal: AbortSignal): Promise<AgentCommError> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  });
}

/** Whether nothing is left in an agent's mailbox. */
export async function isEmpty(transport: Transport, agentId: string): Promise<boolean> {
  const { mailboxes } = await transport.stats();
  const box = mailboxes.find((mailbox) => mailbox.agentId === agentId);
  return box === undefined || box.ready + box.delayed + box.inFlight + box.dead === 0;
}
