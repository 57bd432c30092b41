import { createCoordinator } from "@agentcomm/coordinator";
import { createRegistry } from "@agentcomm/registry";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import type { EntryStore } from "./entry-store.js";
import { expectKept } from "./expect-kept.js";
import { countSettled } from "./settled.js";
import type { StoredEntry } from "./stored-entry.js";

const COORDINATOR = "supervisor";
const WORKER = "worker-1";

/**
 * Lets a coordinator read entries while the task that many of them are about is open. It must settle every one of them, keep what
 * is dead, and follow the next task to its end.
 */
export async function readAsCoordinator(store: EntryStore, entries: readonly StoredEntry[]): Promise<void> {
  const { transport } = store;
  const onError = (error: unknown): void => void store.troubles.push(error as EntryStore["troubles"][number]);
  await using registry = createRegistry({ transport, onError });
  await registry.registerAgent({ id: WORKER, maxConcurrentTasks: 100 });
  await using coordinator = createCoordinator({ id: COORDINATOR, transport, onError });
  const opened = await coordinator.assignTask({ taskType: "work" }, { taskId: "t-1" });
  using settled = countSettled(transport, COORDINATOR);
  await store.put(COORDINATOR, entries);
  // Put behind the transport's back: without a ring the coordinator would look in half a minute.
  await transport.send({ from: WORKER, to: COORDINATOR, type: "heartbeat", content: {} });
  await settled.reaches(entries.length + 1);
  await expectKept(store, COORDINATOR, entries, settled.dead);
  await opened.status();
  await coordinator.listTasks();
  await coordinator.getCoordinationStats();

  const next = await coordinator.assignTask({ taskType: "work" }, { taskId: "t-2" });
  const content = { taskId: "t-2", attempt: 1, status: "completed" as const, result: 7 };
  await transport.send({ from: WORKER, to: COORDINATOR, type: "task_response", content });
  if ((await next.result()) !== 7) throw new Error("the next task came to another result");
  try {
    await opened.cancel("over");
    await opened.result();
  } catch (thrown) {
    expectAgentCommError(thrown, "the task that the entries were about");
  }
}
