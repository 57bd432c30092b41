import fc from "fast-check";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import type { InputCheck, InputEnvironment } from "../input-class.js";
import { openRedisEntryStore, type RedisEntryStore } from "./entry-store.js";

const KEYS = ["q:", "box:", "held:", "later:", "notes:", "dead:", "idem:"] as const;
const TYPES = ["string", "list", "set", "zset", "hash", "stream"] as const;

/** A key of a mailbox that holds something of another type than it should. */
export interface SpoiledKey {
  readonly spoil: (typeof KEYS)[number];
  readonly with: (typeof TYPES)[number];
}

/** Every key of a mailbox with every type, the right one included: a stranger's may be of that type and still make no sense. */
export const spoiledKey: fc.Arbitrary<SpoiledKey> = fc.record({
  spoil: fc.constantFrom(...KEYS),
  with: fc.constantFrom(...TYPES),
});

let mailboxes = 0;

/** Spoils mailboxes on Redis, uses them in every way, and sees that the neighbour in the same shard is as before. */
export function openSpoiledMailboxes(environment: InputEnvironment): InputCheck<SpoiledKey> {
  const store = openRedisEntryStore(environment, { timeoutMs: 5_000 });
  return {
    async check(cases) {
      for (const each of cases) await checkSpoiled(store, each);
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

async function checkSpoiled(store: RedisEntryStore, { spoil, with: type }: SpoiledKey): Promise<void> {
  const { client, transport } = store;
  const [agentId, neighbour] = sameShard(`spoiled-${++mailboxes}`, store);
  const key = spoil === "q:" ? store.keyOf(agentId, spoil, "m") : store.keyOf(agentId, spoil);
  await put(store, key, type);
  const message = (to: string) => ({ from: "good", to, type: "good", content: {} });
  const calls: Record<string, () => Promise<unknown>> = {
    "send, with an idempotency key": () => transport.send(message(agentId), { idempotencyKey: "k" }),
    "send, delayed": () => transport.send(message(agentId), { delayMs: 1 }),
    "put what does not decode": () => client.call("XADD", [store.keyOf(agentId, "q:", "h"), "*", "message", "no JSON"]),
    receive: async () => {
      for (const delivery of await transport.receive(agentId, { leaseMs: 1_000 }))
        await delivery.retry({ reason: "again" });
    },
    "receive again": async () => {
      for (const delivery of await transport.receive(agentId)) await delivery.ack();
    },
    deadLetters: () => transport.deadLetters(agentId),
    redrive: () => transport.redrive(agentId),
    purge: () => transport.purgeDeadLetters(agentId),
    stats: () => transport.stats(),
  };
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (thrown) {
      expectAgentCommError(thrown, `${name}, while ${spoil} is a ${type}`, ["STORE_FAILED", "DATA_LOST"]);
    }
  }
  await transport.send(message(neighbour));
  const [delivery] = await transport.receive(neighbour, { waitMs: 5_000 });
  if (delivery === undefined) throw new Error(`while ${spoil} is a ${type}, a neighbour receives nothing`);
  await delivery.ack();
  await client.del(key);
  await transport.deleteMailbox(agentId, { discard: true });
  await transport.send(message(agentId));
  const [good] = await transport.receive(agentId, { waitMs: 5_000 });
  if (good === undefined) throw new Error(`after ${spoil} was a ${type}, the mailbox receives nothing`);
  await good.ack();
  for (const id of [agentId, neighbour]) await transport.deleteMailbox(id, { discard: true });
  for (const trouble of store.troubles.splice(0)) expectAgentCommError(trouble, "what was told of in the background");
}

async function put({ client }: RedisEntryStore, key: string, type: SpoiledKey["with"]): Promise<void> {
  const args = {
    string: ["SET", key, "x"],
    list: ["RPUSH", key, "x"],
    set: ["SADD", key, "x"],
    zset: ["ZADD", key, "1", "x"],
    hash: ["HSET", key, "x", "y"],
    stream: ["XADD", key, "*", "x", "y"],
  }[type];
  await client.call(args[0] as string, args.slice(1));
}

/** The name, and another one whose mailbox lies in the same shard. */
function sameShard(agentId: string, store: RedisEntryStore): [string, string] {
  const shard = (id: string) => /\{\d+\}/.exec(store.keyOf(id, "box:"))?.[0];
  for (let number = 0; ; number += 1) {
    const other = `neighbour-${number}-of-${agentId}`;
    if (shard(other) === shard(agentId)) return [agentId, other];
  }
}
