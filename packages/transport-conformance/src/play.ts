import assert from "node:assert/strict";
import type {
  Delivery,
  MessageInput,
  ReceiveOptions,
  SubscribeOptions,
  Transport,
  TransportOptions,
} from "@agentcomm/protocol";
import type { Scene } from "./scene.js";

/** A lease that a case can wait out. */
export const SHORT_LEASE_MS = 300;

/** A message with a number in it, from alice to bob unless told otherwise. */
export function note(n = 0, more: Partial<MessageInput> = {}): MessageInput {
  return { from: "alice", to: "bob", type: "note", content: { n }, ...more };
}

/** The numbers in the messages of some deliveries. */
export function numbersOf(deliveries: readonly Delivery[]): unknown[] {
  return deliveries.map((delivery) => (delivery.message.content as { n?: unknown }).n);
}

/** Makes the agents' mailboxes ones that a receiver has looked into. Fails if there was anything to receive. */
export async function lookInto(transport: Transport, ...agentIds: string[]): Promise<void> {
  for (const agentId of agentIds) assert.deepEqual(numbersOf(await transport.receive(agentId)), []);
}

/** Two processes: one that sends, and one that receives, for bob at least. */
export async function pair(
  scene: Scene,
  options?: TransportOptions,
  agentIds: readonly string[] = ["bob"],
): Promise<{ sender: Transport; receiver: Transport }> {
  const [sender, receiver] = await Promise.all([scene.transport(options), scene.transport(options)]);
  await lookInto(receiver, ...agentIds);
  return { sender, receiver };
}

/** Waits for the next message of an agent, and fails if there is none in time. */
export async function receiveOne(
  scene: Scene,
  transport: Transport,
  agentId = "bob",
  options: ReceiveOptions = {},
): Promise<Delivery> {
  const [delivery] = await transport.receive(agentId, { limit: 1, waitMs: scene.patienceMs, ...options });
  assert.ok(delivery, `expected a message for ${agentId}, but there was none`);
  return delivery;
}

/** Fails if there is something to receive right now. */
export async function nothingFor(transport: Transport, agentId = "bob"): Promise<void> {
  const deliveries = await transport.receive(agentId);
  assert.deepEqual(numbersOf(deliveries), [], `expected nothing for ${agentId} to receive`);
}

/** Receives and acks until nothing is left; resolves to the numbers in the messages, in their order. */
export async function drain(transport: Transport, agentId = "bob", limit = 100): Promise<unknown[]> {
  const numbers: unknown[] = [];
  for (;;) {
    const deliveries = await transport.receive(agentId, { limit });
    if (deliveries.length === 0) return numbers;
    numbers.push(...numbersOf(deliveries));
    await Promise.all(deliveries.map((delivery) => delivery.ack()));
  }
}

/** What one mailbox holds, as numbers only. Undefined: there is no such mailbox. */
export async function holds(
  transport: Transport,
  agentId = "bob",
): Promise<{ ready: number; delayed: number; inFlight: number; dead: number } | undefined> {
  const stats = await transport.stats();
  const found = stats.mailboxes.find((mailbox) => mailbox.agentId === agentId);
  if (found === undefined) return undefined;
  const { ready, delayed, inFlight, dead } = found;
  return { ready, delayed, inFlight, dead };
}

/** What an empty mailbox holds. */
export const NOTHING = { ready: 0, delayed: 0, inFlight: 0, dead: 0 };

/** Sends one message to bob, lets a first holder's lease lapse, and resolves once a second one has been given it. */
export async function takeOver(
  scene: Scene,
): Promise<{ sender: Transport; lost: Delivery; held: Delivery; holder: Transport }> {
  const { sender, receiver } = await pair(scene);
  const holder = await scene.transport();
  await sender.send(note());
  const lost = await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
  const held = await receiveOne(scene, holder);
  assert.equal(held.message.id, lost.message.id);
  return { sender, lost, held, holder };
}

/** A subscription that ends with the block it is used in, whatever its handlers are doing: a failing case must not hang. */
export function subscribed(
  transport: Transport,
  handler: (delivery: Delivery) => Promise<unknown>,
  options?: SubscribeOptions,
): AsyncDisposable {
  const subscription = transport.subscribe("bob", handler, options);
  return { [Symbol.asyncDispose]: () => subscription.stop({ drainMs: 0 }) };
}
