import { createAgent, type TaskContext } from "@agentcomm/agent";
import type { EntryStore } from "./entry-store.js";
import { expectKept } from "./expect-kept.js";
import { countSettled } from "./settled.js";
import type { StoredEntry } from "./stored-entry.js";

const AGENT = "reader";
const TYPES = ["chat.line", "status_update", "heartbeat", "error_report", "coordination", "task_response"];

/** Lets an agent read entries. It must settle every one of them, keep what is dead, and answer the next question and task. */
export async function readAsAgent(store: EntryStore, entries: readonly StoredEntry[]): Promise<void> {
  const { transport } = store;
  const faults: unknown[] = [];
  const onError = (error: unknown): void => void store.troubles.push(error as EntryStore["troubles"][number]);
  await using agent = createAgent({ id: AGENT, transport, maxConcurrentTasks: 16, onError });
  await using asker = createAgent({ id: "asker", transport, onError });
  agent.onTask("work", (_input, context) => {
    try {
      lookAt(context);
    } catch (error) {
      faults.push(error);
    }
    return { done: true };
  });
  for (const type of TYPES) agent.onMessage(type, ({ content }) => content);
  agent.onMessage("question", () => ({ heard: true }));
  using settled = countSettled(transport, AGENT);
  await store.put(AGENT, entries);
  await agent.start();
  await settled.reaches(entries.length);
  await expectKept(store, AGENT, entries, settled.dead);
  if (faults.length > 0) throw new Error("a task handler was given what it cannot use", { cause: faults[0] });

  await asker.start();
  const answer = await asker.request(AGENT, { type: "question", content: {} });
  if (JSON.stringify(answer) !== '{"heard":true}') throw new Error("the next question is answered wrongly");
  const result = await asker.request(AGENT, { type: "task_assignment", content: { taskId: "next", taskType: "work" } });
  if (result.status !== "completed") throw new Error(`the next task is ${String(result.status)}`);
}

/** Uses all of what a handler is given. */
function lookAt({ signal, deadline, progress, message, attempt, description }: TaskContext): void {
  if (signal.aborted && deadline === undefined) throw new Error("the signal has fired for no reason");
  if (deadline !== undefined) {
    const text = message.content.deadline ?? "";
    if (Number.isNaN(deadline.getTime())) throw new Error(`the deadline ${text} is no date for the handler`);
    const usual = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{3})?)?(?<zone>Z|[+-]\d\d:\d\d)?$/.exec(text);
    const meant = usual === null ? Number.NaN : Date.parse(usual.groups?.zone === undefined ? `${text}Z` : text);
    if (!Number.isNaN(meant) && meant !== deadline.getTime())
      throw new Error(`the deadline ${text} is ${deadline.toISOString()}`);
  }
  if (!Number.isSafeInteger(attempt) || typeof description !== "string") throw new Error("the context is incomplete");
  progress(50, "half");
}
