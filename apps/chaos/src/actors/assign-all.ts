import { createCoordinator } from "@agentcomm/coordinator";
import { AgentCommError } from "@agentcomm/protocol";
import { openJournal } from "../oracle/journal.js";
import { formatMessageId, parseMessageId } from "../oracle/message-id.js";
import { createRandom } from "../scene/random.js";
import { openTransport } from "./open-transport.js";
import { laneRole, resumeLane } from "./resume-lane.js";
import type { RunningActor } from "./running-actor.js";
import { settledWithin } from "./settled-within.js";
import { TaskDesk } from "./task-desk.js";
import type { CoordinatorOrder, TaskWork } from "./task-orders.js";

/** Coordinates as the order says, and writes down what becomes of each task. Resolves once it coordinates. */
export async function assignAll(order: CoordinatorOrder, fail: (error: unknown) => void): Promise<RunningActor> {
  const { dir, lane, count, window, coordinatorId, leaseMs } = order;
  const { next: first, unsure, unseen } = await resumeLane(dir, lane);
  const journal = openJournal(dir, laneRole(lane));
  const transport = openTransport(order.transport, journal);
  let named = 0;
  const coordinator = createCoordinator({
    id: coordinatorId,
    transport,
    leaseMs,
    retryBackoff: { minMs: 10, maxMs: 50 },
    onError: (error) => journal.write("trouble", "-", error.code),
    // In the records this process's tasks have an owner that starts with its pid.
    createId: () => `p${process.pid}-${++named}`,
  });
  await coordinator.start();
  const desk = new TaskDesk(coordinator, journal);
  const again = [...unsure];
  let next = first;
  let stopping = false;

  const inLane = async (): Promise<void> => {
    while (!stopping && (again.length > 0 || next <= count)) {
      const taskId = again.pop() ?? formatMessageId(lane, next++);
      const work = workOf(order, taskId);
      const task = await desk.assign(taskId, work, []);
      await Promise.all([desk.see(task), work.canceled === true ? desk.cancelOnceRunning(task) : undefined]);
    }
  };
  const seen = Promise.all([
    ...unseen.map((taskId) => desk.see(taskId)),
    ...Array.from({ length: window }, inLane),
  ]).catch((error: unknown) => {
    // Stopped before all was seen: what is missing then is the checker's to tell.
    if (!(stopping && AgentCommError.is(error, "CLOSED"))) fail(error);
  });
  return {
    async stop(drainMs) {
      stopping = true;
      await settledWithin(drainMs, seen);
      await coordinator.stop();
      await seen;
      await transport.close();
      journal.close();
    },
  };
}

/** The same for the same seed and task, so that a task which is assigned again is the same. */
function workOf({ work, seed, lane }: CoordinatorOrder, taskId: string): TaskWork {
  const number = parseMessageId(taskId)?.number ?? 0;
  let left = createRandom(seed ^ Math.imul(lane, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b))();
  for (const { share, work: each } of work) {
    if (left < share) return each;
    left -= share;
  }
  return { ms: 0 };
}
