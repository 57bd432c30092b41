import { createCoordinator } from "@agentcomm/coordinator";
import { AgentCommError } from "@agentcomm/protocol";
import { createRegistry, type SelectAgent } from "@agentcomm/registry";
import { openJournal } from "../oracle/journal.js";
import { formatMessageId } from "../oracle/message-id.js";
import { lifePoint } from "./life-points.js";
import { openTransport } from "./open-transport.js";
import type { RunningActor } from "./running-actor.js";
import { settledWithin } from "./settled-within.js";
import { TaskDesk } from "./task-desk.js";
import type { Batch, BatchesOrder } from "./task-orders.js";

const COORDINATOR = "boss";

/** Coordinates: waits for the agents of each batch, gives each of them a task, and follows the tasks to their ends. */
export async function assignBatches(order: BatchesOrder, fail: (error: unknown) => void): Promise<RunningActor> {
  const { dir, batches, work } = order;
  const journal = openJournal(dir, "coordinator");
  const onError = ({ code }: { readonly code: string }): void => journal.write("trouble", "-", code);
  const transport = openTransport(order.transport, journal);
  const victims = new Map(batches.flatMap((batch) => batch.agents.map((id) => [id, batch])));
  const registry = createRegistry({ transport, onError, strategy: victimsFirst(victims) });
  const coordinator = createCoordinator({ id: COORDINATOR, transport, registry, onError });
  const desk = new TaskDesk(coordinator, journal);
  const seeing = new Set<Promise<void>>();

  const giveTask = async (batch: Batch, index: number): Promise<void> => {
    const taskId = formatMessageId(batch.number, index + 1);
    const task = await desk.assign(taskId, work, [batch.capability]);
    const isCanceled = lifePoint(batch.point).canceled === true;
    await Promise.all([desk.see(task), isCanceled ? desk.cancelOnceRunning(task) : undefined]);
  };
  const there = new Map<Batch, Set<string>>();
  registry.on("joined", ({ id }) => {
    const batch = victims.get(id);
    if (batch === undefined) return;
    const joined = there.get(batch) ?? new Set();
    there.set(batch, joined.add(id));
    if (joined.size < batch.agents.length) return;
    const given = Promise.all(batch.agents.map((_, index) => giveTask(batch, index))).then(() => undefined);
    seeing.add(given);
    given.catch((error: unknown) => {
      // Stopped before all was seen: what is missing then is the checker's to tell.
      if (!AgentCommError.is(error, "CLOSED")) fail(error);
    });
  });
  await coordinator.start();
  return {
    async stop(drainMs) {
      await settledWithin(drainMs, Promise.all(seeing));
      await coordinator.stop();
      await registry.close();
      await transport.close();
      journal.close();
    },
  };
}

/** Gives tasks to those who are about to die, as long as they live. */
function victimsFirst(victims: ReadonlyMap<string, Batch>): SelectAgent {
  return (candidates) => candidates.find(({ agent }) => victims.has(agent.id)) ?? candidates[0];
}
