import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import { type ErrorCode, encodeMessage, type MessageInput, type Transport } from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { createMemoryTransport } from "@agentcomm/transport-memory";
import { createRedisTransport } from "@agentcomm/transport-redis";
import { isIdentifier, isName } from "../entries/inspect-message.js";
import { expectNone } from "./expect-none.js";

/** A place where an id enters the library. */
export interface IdCall {
  /** Whether the id may enter there. */
  readonly accepts: (id: string) => boolean;
  /** What it is refused with. */
  readonly refusal: ErrorCode;
  /** What may come of one that may enter. */
  readonly codes?: readonly ErrorCode[];
  call(transport: Transport, id: string): unknown;
}

const note = (fields: Partial<MessageInput>): MessageInput => ({
  from: "sender",
  to: "receiver",
  type: "note",
  content: {},
  ...fields,
});
const whole = { id: "1", priority: "medium", timestamp: "2026-01-01", ...note({}) } as const;
const silent = (): void => {};

const isAddress = (id: string): boolean => id === "*" || isName(id.replace(/^#/, ""));
const isType = (id: string): boolean =>
  /^[a-z][a-z0-9_.]*$/.test(id) && id.length <= 63 && !id.includes("\n") && id !== "task_request";
// Of 1 to 128 characters as a reader counts them, without controls.
const isWord = (id: string): boolean => {
  const characters = [...id];
  const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);
  return (
    characters.length >= 1 &&
    characters.length <= 128 &&
    !characters.some((each) => isControl(each.codePointAt(0) ?? 0))
  );
};

const name = (call: IdCall["call"], codes: readonly ErrorCode[] = []): IdCall => ({
  accepts: isName,
  refusal: "INVALID_AGENT_ID",
  codes,
  call,
});
const identifier = (refusal: ErrorCode, call: IdCall["call"]): IdCall => ({ accepts: isIdentifier, refusal, call });

async function keep(transport: Transport, collection: string, key: string): Promise<void> {
  const { records } = transport;
  await records.put(collection, key, { key });
  const found = await records.get(collection, key);
  const listed = await records.list(collection, { prefix: key });
  if (JSON.stringify(found?.value) !== JSON.stringify({ key })) throw new Error("another record was found");
  if (!listed.some((each) => each.key === key)) throw new Error("the record is not listed");
  await records.delete(collection, key);
}

/** Every place where an id enters. */
export const ID_CALLS: Readonly<Record<string, IdCall>> = {
  openMailbox: name((transport, id) => transport.openMailbox(id)),
  "a topic": name((transport, id) => transport.openMailbox("receiver", { topics: [id] })),
  "a receiver": {
    accepts: isAddress,
    refusal: "INVALID_AGENT_ID",
    call: (transport, to) => transport.send(note({ to })),
  },
  "a sender": name((transport, from) => transport.send(note({ from }))),
  receive: name(async (transport, id) => {
    for (const delivery of await transport.receive(id)) await delivery.ack();
  }),
  subscribe: name((transport, id) => transport.subscribe(id, async () => {}).stop({ drainMs: 0 })),
  deadLetters: name((transport, id) => transport.deadLetters(id)),
  redrive: name((transport, id) => transport.redrive(id)),
  purgeDeadLetters: name((transport, id) => transport.purgeDeadLetters(id)),
  deleteMailbox: name((transport, id) => transport.deleteMailbox(id, { discard: true })),
  "a collection": name((transport, id) => keep(transport, id, "key")),
  "a key": name((transport, id) => keep(transport, "collection", id)),
  "a collection that is watched": name(async (transport, id) => (await transport.records.watch(id, silent))()),
  "a namespace": name((_, namespace) => createMemoryTransport({ namespace }).close()),
  "a namespace on Redis": name((_, namespace) => createRedisTransport({ namespace }).close()),
  "an agent that registers": name(async (transport, id) => {
    await using registry = createRegistry({ transport, onError: silent });
    const { id: registered } = await registry.registerAgent({ id, maxConcurrentTasks: 0 });
    if (registered !== id || (await registry.getAgent(id)) === undefined)
      throw new Error("another agent is registered");
    await registry.unregisterAgent(id);
  }),
  "an agent": name((transport, id) => createAgent({ id, transport, onError: silent }).stop()),
  "a coordinator": name((transport, id) => createCoordinator({ id, transport, onError: silent }).stop()),
  "a task": name(
    async (transport, id) => {
      await using coordinator = createCoordinator({ id: "supervisor", transport, onError: silent });
      return await coordinator.getTask(id);
    },
    ["TASK_NOT_FOUND"],
  ),
  "a message": identifier("INVALID_MESSAGE", (transport, id) => transport.send(note({ id }))),
  "the message that is answered": identifier("INVALID_MESSAGE", (transport, correlationId) =>
    transport.send(note({ correlationId })),
  ),
  "an idempotency key": identifier("INVALID_OPTIONS", async (transport, idempotencyKey) => {
    await transport.send(note({}), { idempotencyKey });
    const { duplicate } = await transport.send(note({}), { idempotencyKey });
    if (!duplicate) throw new Error("the same key was not known again");
  }),
  "a message that is written": identifier("INVALID_MESSAGE", (_, id) => encodeMessage({ ...whole, id })),
  "a type": { accepts: isType, refusal: "INVALID_MESSAGE", call: (transport, type) => transport.send(note({ type })) },
  "a role": {
    accepts: isWord,
    refusal: "INVALID_OPTIONS",
    async call(transport, role) {
      await using registry = createRegistry({ transport, onError: silent });
      await registry.registerAgent({ id: "of-a-role", role, maxConcurrentTasks: 0 });
      if ((await registry.getRegistryStats()).byRole[role] === undefined) throw new Error("the role is not counted");
    },
  },
  "a capability": {
    accepts: isWord,
    refusal: "INVALID_OPTIONS",
    async call(transport, capability) {
      await using registry = createRegistry({ transport, onError: silent });
      await registry.registerAgent({ id: "capable", capabilities: [capability] });
      if ((await registry.findBestAgent([capability]))?.id !== "capable") throw new Error("nobody has the capability");
    },
  },
  "a token": {
    // None is right: nothing was received.
    accepts: () => false,
    refusal: "LEASE_LOST",
    call: (transport, token) => transport.settle(token, { kind: "ack" }),
  },
  // What names something that is there: any text may be asked for, and none but the right one finds it.
  "a dead letter": {
    accepts: () => true,
    refusal: "INVALID_OPTIONS",
    call: (transport, id) => expectNone(transport.redrive("receiver", [id])),
  },
  "a dead letter to purge": {
    accepts: () => true,
    refusal: "INVALID_OPTIONS",
    call: (transport, id) => expectNone(transport.purgeDeadLetters("receiver", [id])),
  },
  "the last dead letter": {
    accepts: () => true,
    refusal: "INVALID_OPTIONS",
    codes: ["INVALID_OPTIONS"],
    call: (transport, after) => transport.deadLetters("receiver", { after }),
  },
  "the beginning of keys": {
    accepts: () => true,
    refusal: "INVALID_OPTIONS",
    call: (transport, prefix) => transport.records.list("collection", { prefix }),
  },
  "the last key": {
    accepts: () => true,
    refusal: "INVALID_OPTIONS",
    call: (transport, after) => transport.records.list("collection", { after }),
  },
};
