import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, createAgent } from "@agentcomm/agent";
import { AgentCommError, type AgentMessage, type Transport } from "@agentcomm/protocol";
import { type AgentRegistry, createRegistry } from "@agentcomm/registry";
import { type Journal, openJournal } from "../oracle/journal.js";
import { formatMessageId } from "../oracle/message-id.js";
import { openTransport } from "./open-transport.js";
import { TASK_TYPE } from "./task-desk.js";
import type { VisitOrder } from "./visit-orders.js";

const LEASE_MS = 1_000;
const MESSAGES = 2;

/** The id of a visiting agent. */
function visitorId(number: number): string {
  return `visitor-${number}`;
}

/**
 * Agents come, get their messages and go, so many at once; what they leave behind is nothing. Or, where others were killed: removes what
 * those left. Resolves when all are gone.
 */
export async function visit(order: VisitOrder): Promise<void> {
  const journal = openJournal(order.dir, "visitors");
  const transport = openTransport(order.transport, journal);
  const registry = createRegistry({
    transport,
    heartbeatIntervalMs: order.heartbeatIntervalMs,
    onError: (error) => journal.write("trouble", "-", error.code),
  });
  const house: House = { order, journal, transport, registry };
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < order.count; index = next++) {
      const number = order.first + index;
      if (order.cleansUp) await removeMailbox(house, visitorId(number));
      else await comeAndGo(house, number);
    }
  };
  try {
    await Promise.all(Array.from({ length: order.atOnce }, lane));
    if (order.cleansUp) await untilForgotten(house);
  } finally {
    await registry.close();
    await transport.close();
    journal.close();
  }
}

interface House {
  readonly order: VisitOrder;
  readonly journal: Journal;
  readonly transport: Transport;
  readonly registry: AgentRegistry;
}

async function comeAndGo(house: House, number: number): Promise<void> {
  const { transport, registry, journal } = house;
  const id = visitorId(number);
  const expected = messagesFor(house, number);
  const missing = new Set(expected.map((message) => message.id));
  const served = Promise.withResolvers<void>();
  const agent: Agent = createAgent({
    id,
    transport,
    registry,
    topics: [`topic-${number % 10}`],
    leaseMs: LEASE_MS,
    onError: (error) => journal.write("trouble", "-", error.code),
  });
  agent.onTask(TASK_TYPE, () => ({}));
  agent.onMessage("chaos", (message, { attempt }) => {
    journal.write("delivered", message.id, attempt);
    // A retry leaves notes, which go with the message.
    if (attempt === 1 && number % 4 === 0) throw new Error("this handler fails the first time");
    journal.write("handled", message.id, attempt);
    missing.delete(message.id);
    if (missing.size === 0) served.resolve();
  });
  await agent.start();
  for (const message of expected) await send(house, message);
  await served.promise;
  await agent.stop();
  await removeMailbox(house, id);
}

type Message = Pick<AgentMessage, "id" | "from" | "to" | "type" | "content">;

function messagesFor({ order }: House, number: number): Message[] {
  return Array.from({ length: MESSAGES }, (_, index) => ({
    id: formatMessageId(order.sender, (number - 1) * MESSAGES + index + 1),
    from: visitorId(number),
    to: visitorId(number),
    type: "chaos",
    content: {},
  }));
}

async function send({ transport, journal }: House, message: Message): Promise<void> {
  journal.write("attempted", message.id);
  // A delayed one lies elsewhere than the others until it is due; an idempotency key is remembered for a day.
  await transport.send(message, { delayMs: message.id.endsWith("0") ? 30 : 0, idempotencyKey: message.id });
  journal.write("stored", message.id);
}

/** Takes out what still lies in a mailbox, whoever held it, and deletes it. */
async function removeMailbox({ transport, journal }: House, id: string): Promise<void> {
  for (;;) {
    try {
      await transport.deleteMailbox(id);
      return;
    } catch (error) {
      if (!AgentCommError.is(error, "MAILBOX_NOT_EMPTY")) throw error;
    }
    for (const delivery of await transport.receive(id, { waitMs: LEASE_MS, leaseMs: LEASE_MS })) {
      journal.write("delivered", delivery.message.id, delivery.attempt);
      journal.write("handled", delivery.message.id, delivery.attempt);
      await delivery.ack();
    }
  }
}

/** Resolves when the records of those that were killed have expired. */
async function untilForgotten({ registry, order }: House): Promise<void> {
  const isHere = ({ id }: { readonly id: string }): boolean => {
    const number = Number(id.replace("visitor-", ""));
    return number >= order.first && number < order.first + order.count;
  };
  while ((await registry.listAgents()).some(isHere)) await sleep(50);
}
