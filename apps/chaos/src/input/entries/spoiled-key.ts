import type { Priority } from "@agentcomm/protocol";
import fc from "fast-check";
import type { RedisEntryStore } from "./entry-store.js";

/** What a case of spoiled keys is about: two mailboxes in one shard, and a collection. */
export interface SpoiledPlaces {
  readonly agentId: string;
  readonly neighbour: string;
  readonly topic: string;
  readonly collection: string;
}

/** Keys, by what they are called in the layout (keys.ts of the transport). */
const KEYS = {
  "q:c": ({ agentId }) => [agentId, `q:${agentId}:c`],
  "q:h": ({ agentId }) => [agentId, `q:${agentId}:h`],
  "q:m": ({ agentId }) => [agentId, `q:${agentId}:m`],
  "q:l": ({ agentId }) => [agentId, `q:${agentId}:l`],
  "box:": ({ agentId }) => [agentId, `box:${agentId}`],
  "held:": ({ agentId }) => [agentId, `held:${agentId}`],
  "later:": ({ agentId }) => [agentId, `later:${agentId}`],
  "notes:": ({ agentId }) => [agentId, `notes:${agentId}`],
  "dead:": ({ agentId }) => [agentId, `dead:${agentId}`],
  "idem:": ({ agentId }) => [agentId, `idem:${agentId}`],
  "topic:": ({ agentId, topic }) => [agentId, `topic:${topic}`],
  due: ({ agentId }) => [agentId, "due"],
  boxes: ({ agentId }) => [agentId, "boxes"],
  bell: ({ agentId }) => [agentId, "bell"],
  "producer:": ({ agentId }) => [agentId, "producer:*"],
  "rec:data": ({ collection }) => [collection, `rec:${collection}:data`],
  "rec:keys": ({ collection }) => [collection, `rec:${collection}:keys`],
  "rec:ttl": ({ collection }) => [collection, `rec:${collection}:ttl`],
  "rec:version": ({ collection }) => [collection, `rec:${collection}:version`],
  "rec:log": ({ collection }) => [collection, `rec:${collection}:log`],
} as const satisfies Record<string, (places: SpoiledPlaces) => readonly [inShardOf: string, rest: string]>;
type Spoiled = keyof typeof KEYS;
const SPOILED = Object.keys(KEYS) as Spoiled[];

/** What all mailboxes of a shard, or all writers, share: while it is spoiled, neighbours may be refused as well. */
const SHARED: ReadonlySet<Spoiled> = new Set(["due", "boxes", "bell", "producer:"]);

const PUT = {
  string: ["SET", "x"],
  list: ["RPUSH", "x"],
  set: ["SADD", "x"],
  zset: ["ZADD", "1", "x"],
  hash: ["HSET", "x", "y"],
  stream: ["XADD", "*", "x", "y"],
} as const;
type Type = keyof typeof PUT;
const TYPES = Object.keys(PUT) as Type[];

/** A key that holds something of another type than it should. */
export interface SpoiledKey {
  readonly spoil: Spoiled;
  readonly with: Type;
}

/** Every key of the layout with every type, the right one included: a stranger's may be of that type and still make no sense. */
export const spoiledKeys: readonly SpoiledKey[] = SPOILED.flatMap((spoil) =>
  TYPES.map((type) => ({ spoil, with: type })),
);

export const spoiledKey: fc.Arbitrary<SpoiledKey> = fc.constantFrom(...spoiledKeys);

/** Whether more than a mailbox, a topic or a collection is spoiled. */
export const isShared = ({ spoil }: SpoiledKey): boolean => SHARED.has(spoil);

/** Whether a message of that kind may be in the key, and then goes with it. */
export function mayHold({ spoil }: SpoiledKey, priority: Priority, isDelayed: boolean): boolean {
  return spoil === `q:${priority[0]}` || (isDelayed && (spoil === "held:" || spoil === "later:"));
}

/** Puts the key's other content in the place of what was there. Resolves to a function that removes it. */
export async function spoilKey(
  { client, keyOf, namespace }: RedisEntryStore,
  { spoil, with: type }: SpoiledKey,
  places: SpoiledPlaces,
): Promise<() => Promise<void>> {
  const [inShardOf, rest] = KEYS[spoil](places);
  // Which shard a writer keeps its numbers in, and what it is called, is its own business.
  const keys = spoil === "producer:" ? await client.keys(`${namespace}:*:producer:*`) : [keyOf(inShardOf, rest)];
  if (keys.length === 0) throw new Error(`there is no ${spoil} to be spoiled`);
  await client.del(keys);
  const [command, ...args] = PUT[type];
  for (const key of keys) await client.call(command, [key, ...args]);
  return async () => void (await client.del(keys));
}
