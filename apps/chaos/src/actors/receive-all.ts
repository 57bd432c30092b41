import { setTimeout } from "node:timers/promises";
import type { Delivery } from "@agentcomm/protocol";
import { type Journal, openJournal } from "../oracle/journal.js";
import { journalNow } from "../oracle/read-journals.js";
import { doWork } from "./do-work.js";
import { LoopWatch } from "./loop-watch.js";
import { openTransport } from "./open-transport.js";
import type { ReceiverOrder, Work } from "./orders.js";
import type { RunningActor } from "./running-actor.js";
import type { ChaosContent } from "./send-all.js";
import { settle } from "./settle.js";

/** Starts to receive, and writes down what is handed out and what becomes of it. Resolves once it is connected. */
export async function receiveAll(order: ReceiverOrder): Promise<RunningActor> {
  const { mailboxes, concurrency, leaseMs, attemptTimeoutMs } = order;
  const journal = openJournal(order.dir, "receiver");
  const transport = openTransport(order.transport, journal);
  const house: House = {
    order,
    journal,
    ...(order.watchesLoop === true ? { loop: new LoopWatch({ now: journalNow }) } : {}),
  };
  await transport.open();
  const subscriptions = mailboxes.map((mailbox) =>
    transport.subscribe(mailbox, (delivery) => handle(delivery, house), {
      concurrency,
      leaseMs,
      ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }),
    }),
  );
  return {
    async stop(drainMs) {
      await Promise.all(subscriptions.map((subscription) => subscription.stop({ drainMs })));
      await transport.close();
      house.loop?.stop();
      journal.close();
    },
  };
}

interface House {
  readonly order: ReceiverOrder;
  readonly journal: Journal;
  readonly loop?: LoopWatch;
}

async function handle(delivery: Delivery, house: House): Promise<void> {
  const { order, journal } = house;
  const { message, attempt } = delivery;
  journal.write("delivered", message.id, attempt);
  const { work } = message.content as ChaosContent;
  if (work !== undefined) {
    const told = (): void => {
      journal.write("told", message.id, attempt);
      noteStalls(message.id, house);
    };
    if (delivery.signal.aborted) told();
    delivery.signal.addEventListener("abort", told, { once: true });
    await doWork(work, delivery);
    delivery.signal.removeEventListener("abort", told);
    if (work.kind === "sleep" && (await endsOtherwise(work, delivery, journal))) return;
  }
  journal.write("handled", message.id, attempt);
  if (order.acks === "handler") await settle("ack", delivery, journal);
}

/** Writes down when, of the time of a lease before now, this process was not let run. */
function noteStalls(id: string, { order, journal, loop }: House): void {
  const stalls = loop?.stallsSince(journalNow() - order.leaseMs) ?? [];
  if (stalls.length > 0) journal.write("starved", id, JSON.stringify(stalls));
}

/** Ends the delivery as the work says. False: that is by an ack. */
async function endsOtherwise(work: Work & { kind: "sleep" }, delivery: Delivery, journal: Journal): Promise<boolean> {
  const { ms, ends } = work;
  if (ends === undefined || (ends === "retry" && delivery.attempt > 1)) return false;
  const done = await settle(ends, delivery, journal);
  if (ends !== "extend" || !done) return true;
  await setTimeout(ms);
  return false;
}
