import { type Agent, createAgent, type TaskContext } from "@agentcomm/agent";
import { type Journal, openJournal } from "../oracle/journal.js";
import { openTransport } from "./open-transport.js";
import type { RunningActor } from "./running-actor.js";
import { TASK_TYPE } from "./task-desk.js";
import type { AgentsOrder, TaskWork } from "./task-orders.js";

/** Starts agents that do tasks, and writes down which handler ran when. Resolves once all of them are registered. */
export async function workTasks(order: AgentsOrder): Promise<RunningActor> {
  const { dir, capabilities, slots } = order;
  const journal = openJournal(dir, "agents");
  const transport = openTransport(order.transport, journal);
  await transport.open();
  const agents = order.agents.map((id): Agent => {
    const agent = createAgent({
      id,
      transport,
      capabilities,
      maxConcurrentTasks: slots,
      onError: (error) => journal.write("trouble", "-", error.code),
    });
    agent.onTask(TASK_TYPE, (work, context) => doTask(work as TaskWork, context, journal));
    return agent;
  });
  await Promise.all(agents.map((agent) => agent.start()));
  return {
    async stop(drainMs) {
      await Promise.all(agents.map((agent) => agent.stop({ drainMs })));
      await transport.close();
      journal.close();
    },
  };
}

let done = 0;

/** Does a task as its parameters say. What it resolves to no other run of any handler ever does. */
async function doTask(work: TaskWork, { taskId, attempt }: TaskContext, journal: Journal): Promise<string> {
  journal.write("delivered", taskId, attempt);
  if (work.ms > 0) await new Promise((resume) => setTimeout(resume, work.ms));
  journal.write("handled", taskId, attempt);
  if (work.fails === "once" && attempt === 1) throw new Error("its first attempt always fails");
  if (work.fails === "always") throw Object.assign(new Error("no attempt can help"), { retryable: false });
  return `${process.pid}-${++done}`;
}
