// The program of every actor's process: it is told over its channel what to be, and ends when the harness does.
import { assignAll } from "./assign-all.js";
import { assignBatches } from "./assign-batches.js";
import { callAll } from "./call-all.js";
import { dieTogether } from "./die-together.js";
import { logLines } from "./log-lines.js";
import type { FromActor, Order, SenderOrder, ToActor } from "./orders.js";
import { receiveAll } from "./receive-all.js";
import type { RunningActor } from "./running-actor.js";
import { sendAll } from "./send-all.js";
import { watchUsage } from "./usage.js";
import { visit } from "./visit.js";
import type { VisitOrder } from "./visit-orders.js";
import { workTasks } from "./work-tasks.js";

const stopping = new AbortController();
const usage = watchUsage();
let running: RunningActor | undefined;

/** Resolves once it is on its way. */
const tell = async (message: FromActor): Promise<void> => {
  // The harness may be gone already; then nobody needs to be told.
  if (process.connected) await new Promise<void>((resume) => process.send?.(message, () => resume()));
};

const fail = async (error: unknown): Promise<void> => {
  await tell({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
};

// The harness's end closes the channel, however it came about.
process.on("disconnect", () => process.exit());
process.on("message", (message: ToActor) => {
  if (message.kind === "measure") return void tell({ kind: "usage", usage: usage() });
  const acting = message.kind === "start" ? start(message.order) : stop(message.drainMs);
  acting.catch(fail);
});

async function start(order: Order): Promise<void> {
  if (order.kind === "sender") return await end(sendAll(order, stopping.signal, ready));
  if (order.kind === "visitors") {
    ready();
    return await end(visit(order));
  }
  running = await run(order);
  ready();
}

async function run(order: Exclude<Order, SenderOrder | VisitOrder>): Promise<RunningActor> {
  switch (order.kind) {
    case "receiver":
      return await receiveAll(order);
    case "caller":
      return await callAll(order, fail);
    case "coordinator":
      return await assignAll(order, fail);
    case "batches":
      return await assignBatches(order, fail);
    case "agents":
      return await workTasks(order);
    case "victims":
      return dieTogether(order, fail);
    case "logger":
      return await logLines(order, fail);
  }
}

function ready(): void {
  void tell({ kind: "ready" });
}

async function stop(drainMs: number): Promise<void> {
  stopping.abort();
  if (running !== undefined) await end(running.stop(drainMs));
}

/** Ends the process once its last work is done, or has failed: then the exit code tells it, too. */
async function end(work: Promise<void>): Promise<void> {
  try {
    await work;
    await tell({ kind: "done" });
  } catch (error) {
    process.exitCode = 1;
    await fail(error);
  }
  process.disconnect();
}
