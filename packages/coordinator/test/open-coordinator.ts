import { type Agent, type AgentOptions, createAgent, type TaskHandler } from "@agentcomm/agent";
import type { AgentCommError, Transport } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import { createRegistry } from "@agentcomm/registry";
import type { Store } from "@agentcomm/test-transports";
import { type CoordinatorOptions, createCoordinator, type SupervisorCoordinator } from "../src/index.js";

/** How fast a lost agent is found in these tests. */
export const LIVENESS = { heartbeatIntervalMs: 200, offlineAfterMs: 700 };

/** A coordinator on a transport of its own, as if it were a process of its own. What it reports is collected. */
export function openCoordinator(
  store: Store,
  options: Partial<CoordinatorOptions> = {},
): SupervisorCoordinator & { readonly reported: AgentCommError[]; readonly transport: Transport } {
  const reported: AgentCommError[] = [];
  const onError = (error: AgentCommError) => reported.push(error);
  const transport = options.transport ?? store.transport({ onError });
  const coordinator = createCoordinator({
    id: "boss",
    retryBackoff: { minMs: 20, maxMs: 100 },
    leaseMs: 1_000,
    onError,
    ...options,
    transport,
  });
  return Object.assign(coordinator, { reported, transport });
}

/** A started agent on a transport of its own, with handlers by task type. */
export async function openWorker(
  store: Store,
  options: Partial<AgentOptions> & {
    readonly tasks?: Record<string, TaskHandler>;
    readonly liveness?: { readonly heartbeatIntervalMs: number; readonly offlineAfterMs: number };
  } = {},
): Promise<Agent & { readonly transport: Transport }> {
  const { tasks = {}, liveness, ...rest } = options;
  const transport = rest.transport ?? store.transport();
  const registry = liveness === undefined ? rest.registry : createRegistry({ transport, ...liveness });
  const agent = createAgent({
    id: "worker",
    ...rest,
    transport,
    ...(registry === undefined ? {} : { registry }),
  });
  for (const [type, handler] of Object.entries(tasks)) agent.onTask(type, handler);
  await agent.start();
  return Object.assign(agent, { transport });
}

/** What the records say of a task: where it stands, and how. */
export async function recordsOf(
  transport: Transport,
  taskId: string,
): Promise<{ readonly open: TaskRecord | undefined; readonly finished: TaskRecord | undefined }> {
  const [open, finished] = await Promise.all([
    transport.records.get<TaskRecord>(OPEN_TASKS, taskId),
    transport.records.get<TaskRecord>(FINISHED_TASKS, taskId),
  ]);
  return { open: open?.value, finished: finished?.value };
}

/** The task's record once it is finished and no longer among the open ones; undefined before. */
export async function finishedRecord(transport: Transport, taskId: string): Promise<TaskRecord | undefined> {
  const { open, finished } = await recordsOf(transport, taskId);
  return open === undefined ? finished : undefined;
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
