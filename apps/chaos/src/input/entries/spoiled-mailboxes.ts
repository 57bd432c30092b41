import type { MessageInput, Priority, Receipt, SendOptions, Transport } from "@agentcomm/protocol";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import type { InputCheck, InputEnvironment } from "../input-class.js";
import { openRedisEntryStore, type RedisEntryStore } from "./entry-store.js";
import { isShared, mayHold, type SpoiledKey, type SpoiledPlaces, spoilKey } from "./spoiled-key.js";

const AT_ONCE = 8;
const PATIENCE_MS = 10_000;
const PRIORITIES: readonly Priority[] = ["critical", "high", "medium", "low"];
const CODES = ["STORE_FAILED", "DATA_LOST"] as const;
const LEASE_MS = 300;

/** Spoils keys on Redis, uses whatever they belong to in every way, and makes the account after they are gone. */
export function openSpoiledMailboxes(environment: InputEnvironment): InputCheck<SpoiledKey> {
  return {
    async check(cases) {
      for (let at = 0; at < cases.length; at += AT_ONCE) {
        await Promise.all(cases.slice(at, at + AT_ONCE).map((each) => checkSpoiled(environment, each)));
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

type Sending = Partial<MessageInput> & { readonly to: string };

/** What became of the messages of a case, by their ids. */
class Account {
  readonly accepted = new Set<string>();
  readonly refused = new Set<string>();
  readonly handled = new Set<string>();
  #sent = 0;

  /** Sends, and notes what was promised: that nothing was stored is a promise, too. `mayGo`: it may be taken away by what mends. */
  async send(transport: Transport, message: Sending, options?: SendOptions, mayGo = false): Promise<Receipt> {
    const id = `m-${++this.#sent}`;
    try {
      const sent = await transport.send({ from: "good", type: "good", content: {}, ...message, id }, options);
      if (!sent.duplicate && !mayGo) this.accepted.add(id);
      return sent;
    } catch (thrown) {
      if (expectAgentCommError(thrown, "send", CODES).outcome === "none") this.refused.add(id);
      throw thrown;
    }
  }

  /** Receives and settles what there is. */
  async receive(transport: Transport, agentId: string, how: "ack" | "retry", waitMs = 0): Promise<void> {
    for (const delivery of await transport.receive(agentId, { limit: 100, leaseMs: LEASE_MS, waitMs })) {
      // An ack that failed may have been heard.
      if (how === "ack") this.handled.add(delivery.message.id);
      await (how === "ack" ? delivery.ack() : delivery.retry({ reason: "again" }));
    }
  }

  get missing(): string[] {
    return [...this.accepted].filter((id) => !this.handled.has(id));
  }
}

async function checkSpoiled(environment: InputEnvironment, each: SpoiledKey): Promise<void> {
  await using store = openRedisEntryStore(environment, { timeoutMs: 5_000 });
  try {
    await useSpoiled(store, each);
  } catch (error) {
    throw new Error(`${each.spoil} is a ${each.with}`, { cause: error });
  }
}

async function useSpoiled(store: RedisEntryStore, each: SpoiledKey): Promise<void> {
  const { transport } = store;
  const places = { ...sameShard("spoiled", store), topic: "news", collection: "spoiled" };
  const { agentId, neighbour, topic } = places;
  const account = new Account();
  for (const id of [agentId, neighbour]) await transport.openMailbox(id, { topics: [topic] });
  await sendAll(account, transport, neighbour, each);
  // From now on there is room for certain, and none is counted.
  await account.send(transport, { to: agentId }, {}, mayHold(each, "medium", false));
  await transport.records.put(places.collection, "kept", { kept: true });
  // Given back, so that it waits to be offered again.
  await account.receive(transport, neighbour, "retry");

  const mend = await spoilKey(store, each, places);
  const refusedKey = await useAll(store, account, places, each);
  await mend();

  // Who comes later, so that nothing is known from before.
  await using later = store.connect();
  const again = await account.send(later, { to: agentId }, { idempotencyKey: "k" });
  if (refusedKey && again.duplicate) throw new Error("a send that was refused is a duplicate when it is repeated");
  for (const id of [agentId, neighbour]) {
    await later.openMailbox(id, { topics: [topic] });
    await sendAll(account, later, id, undefined);
  }
  await account.send(later, { to: `#${topic}` });
  const until = performance.now() + PATIENCE_MS;
  while (account.missing.length > 0 && performance.now() < until)
    for (const id of [agentId, neighbour]) await account.receive(later, id, "ack", 50);
  const { missing, refused, handled } = account;
  if (missing.length > 0) throw new Error(`accepted and never received: ${missing.join(", ")}`);
  const invented = [...refused].find((id) => handled.has(id));
  if (invented !== undefined) throw new Error(`nothing was to be stored of ${invented}, and it was received`);
  const listed = (await later.stats()).mailboxes.map((mailbox) => mailbox.agentId);
  if (!listed.includes(agentId) || !listed.includes(neighbour)) throw new Error("a mailbox is not listed");
  await useRecords(later, places.collection);
  const found = await later.records.get(places.collection, "kept");
  if (found === undefined && each.spoil !== "rec:data") throw new Error("a record is gone");
  for (const trouble of store.troubles.splice(0)) expectAgentCommError(trouble, "what was told of in the background");
}

/** A message of every priority, one with a key, and one that is delayed. */
async function sendAll(
  account: Account,
  transport: Transport,
  to: string,
  spoiled: SpoiledKey | undefined,
): Promise<void> {
  for (const priority of PRIORITIES) await account.send(transport, { to, priority });
  await account.send(transport, { to }, { idempotencyKey: `first-${to}-${spoiled?.spoil ?? "mended"}` });
  await account.send(transport, { to }, { delayMs: 1 });
}

/** Uses what is spoiled, and what is beside it. Resolves to whether a send with the key "k" was refused for certain. */
async function useAll(
  store: RedisEntryStore,
  account: Account,
  { agentId, neighbour, topic, collection }: SpoiledPlaces,
  each: SpoiledKey,
): Promise<boolean> {
  const { client, transport, keyOf } = store;
  const send = (message: Partial<MessageInput>, options?: SendOptions) => {
    const mayGo = mayHold(each, message.priority ?? "medium", options?.delayMs !== undefined);
    return account.send(transport, { to: agentId, ...message }, options, mayGo);
  };
  let refusedKey = false;
  const calls: Record<string, () => Promise<unknown>> = {
    "send, with an idempotency key": async () => {
      try {
        await send({}, { idempotencyKey: "k" });
      } finally {
        refusedKey = account.refused.size > 0;
      }
    },
    "send, delayed": () => send({}, { delayMs: 1 }),
    ...Object.fromEntries(PRIORITIES.map((priority) => [`send, ${priority}`, () => send({ priority })])),
    "put what does not decode": () =>
      client.call("XADD", [keyOf(agentId, `q:${agentId}:h`), "*", "message", "no JSON"]).catch(() => {}),
    receive: () => account.receive(transport, agentId, "retry"),
    "receive again": () => account.receive(transport, agentId, "ack"),
    deadLetters: () => transport.deadLetters(agentId),
    redrive: () => transport.redrive(agentId),
    purge: () => transport.purgeDeadLetters(agentId),
    stats: () => transport.stats(),
    openMailbox: () => transport.openMailbox(agentId, { topics: [topic, "other"] }),
    "send to a topic": () => account.send(transport, { to: `#${topic}` }, {}, true),
    "send to all": () => account.send(transport, { to: "*" }, {}, true),
    "use records": () => useRecords(transport, collection),
    "watch records": async () => (await transport.records.watch(collection, () => {}))(),
  };
  for (const [name, call] of Object.entries(calls)) await tryTyped(name, call);
  const besides: Record<string, () => Promise<unknown>> = {
    "send to a neighbour": () => sendAll(account, transport, neighbour, each),
    "receive at a neighbour": () => account.receive(transport, neighbour, "ack", 100),
    "use other records": () => useRecords(transport, "other"),
  };
  for (const [name, call] of Object.entries(besides)) {
    if (isShared(each)) await tryTyped(name, call);
    else await call();
  }
  return refusedKey;
}

async function tryTyped(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (thrown) {
    expectAgentCommError(thrown, what, CODES);
  }
}

/** Writes, reads, lists and deletes. */
async function useRecords({ records }: Transport, collection: string): Promise<void> {
  await records.put(collection, "used", { used: true }, { ttlMs: 60_000 });
  if ((await records.get(collection, "used")) === undefined) throw new Error("a record that was written is not there");
  if (!(await records.list(collection)).some(({ key }) => key === "used")) throw new Error("a record is not listed");
  await records.delete(collection, "used");
}

/** The name, and another one whose mailbox lies in the same shard. */
function sameShard(agentId: string, { keyOf }: RedisEntryStore): { agentId: string; neighbour: string } {
  for (let number = 0; ; number += 1) {
    const neighbour = `neighbour-${number}`;
    if (keyOf(neighbour, "") === keyOf(agentId, "")) return { agentId, neighbour };
  }
}
