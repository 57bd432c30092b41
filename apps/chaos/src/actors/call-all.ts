import { AgentCommError, type Transport } from "@agentcomm/protocol";
import { openJournal } from "../oracle/journal.js";
import { openTransport } from "./open-transport.js";
import type { CallerOrder } from "./orders.js";
import type { RunningActor } from "./running-actor.js";

const PAUSE_MS = 100;
/** Nobody else uses this mailbox; it stays empty. */
const AGENT = "caller";

/** What a transport can be asked for beside sending and settling, which others do. Each changes nothing that anybody counts. */
const CALLS: readonly ((transport: Transport) => Promise<unknown>)[] = [
  (transport) => transport.openMailbox(AGENT),
  (transport) => transport.receive(AGENT),
  (transport) => transport.receive(AGENT, { waitMs: 300 }),
  (transport) => transport.deadLetters(AGENT),
  (transport) => transport.redrive(AGENT),
  (transport) => transport.purgeDeadLetters(AGENT),
  (transport) => transport.stats(),
  (transport) => transport.health(),
  (transport) => transport.records.put("calls", "one", 1),
  (transport) => transport.records.get("calls", "one"),
  (transport) => transport.records.list("calls"),
  (transport) => transport.records.delete("calls", "one"),
];

/**
 * Makes every other call of a transport again and again, all of them side by side: how they end is what is written down. Resolves
 * once it has begun; `fail` is told if one ends with anything but a value or an AgentCommError.
 */
export async function callAll(order: CallerOrder, fail: (error: unknown) => void): Promise<RunningActor> {
  const journal = openJournal(order.dir, "caller");
  const transport = openTransport(order.transport, journal);
  await transport.open();
  const stopping = new AbortController();
  const calling = Promise.all(CALLS.map((call) => callAgain(() => call(transport), stopping.signal)));
  calling.catch(fail);
  return {
    async stop() {
      stopping.abort();
      await calling;
      await transport.close();
      journal.close();
    },
  };
}

async function callAgain(call: () => Promise<unknown>, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await call();
    } catch (error) {
      if (!AgentCommError.is(error)) throw error;
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
}
