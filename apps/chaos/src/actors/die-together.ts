import { createAgent } from "@agentcomm/agent";
import { openJournal } from "../oracle/journal.js";
import { lifePoint } from "./life-points.js";
import { openTransport } from "./open-transport.js";
import type { RunningActor } from "./running-actor.js";
import { type StepWatch, type StoreStep, stepThrough } from "./step-through.js";
import { TASK_TYPE } from "./task-desk.js";
import type { VictimsOrder } from "./task-orders.js";

/** Longer than any agent needs to get a task and come to any point of its life. */
const PATIENCE_MS = 30_000;

/**
 * Starts agents, each on a transport of its own, holds each of them at the point, and kills the process when the last one has reached
 * it. Returns before they are registered: they may never be. If they do not all get there, `fail` is told.
 */
export function dieTogether(order: VictimsOrder, fail: (error: unknown) => void): RunningActor {
  const { dir, batch, heartbeatIntervalMs, leaseMs } = order;
  const point = lifePoint(batch.point);
  const journal = openJournal(dir, "victims");
  const missing = new Set(batch.agents);
  setTimeout(() => fail(new Error(`not at "${point.name}": ${[...missing].join(", ")}`)), PATIENCE_MS).unref();

  const hold = (agentId: string): Promise<never> => {
    missing.delete(agentId);
    if (missing.size === 0) {
      for (const each of batch.agents) journal.write("fell", each, point.name);
      process.kill(process.pid, "SIGKILL");
    }
    return new Promise(() => undefined);
  };
  const start = async (id: string): Promise<void> => {
    let working = false;
    const watchSide = (side: "before" | "after") => async (step: StoreStep) => {
      if (point.at !== "handler" && point.at.side === side && point.at.is(step)) await hold(id);
    };
    const watch: StepWatch = {
      before: watchSide("before"),
      after: watchSide("after"),
      isWorking: () => working,
      seesLooks: point.seesLooks === true,
    };
    const transport = openTransport(order.transport, journal, (driver) => stepThrough(driver, watch));
    const agent = createAgent({
      id,
      transport,
      capabilities: [batch.capability],
      heartbeatIntervalMs,
      leaseMs,
      onError: (error) => journal.write("trouble", "-", error.code),
    });
    agent.onTask(TASK_TYPE, async (_, { taskId, attempt, progress }) => {
      journal.write("delivered", taskId, attempt);
      working = true;
      if (point.at === "handler") await hold(id);
      if (point.tellsProgress === true) progress(50, "half of it");
      if (point.handled !== true) await new Promise(() => undefined);
      journal.write("handled", taskId, attempt);
      return `${process.pid}-${id}`;
    });
    await agent.start();
  };
  for (const id of batch.agents) start(id).catch(fail);
  return {
    async stop() {
      // They stop in one way only.
    },
  };
}
