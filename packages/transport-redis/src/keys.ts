import { SHARDS } from "./shards.js";

/**
 * The layout. Every key starts with `<namespace>:{<shard>}:`; the braces make a Cluster keep what belongs together on one node.
 * The scripts make the keys; this page says what they are.
 *
 * | key | type | holds |
 * |---|---|---|
 * | `q:<agent>:<lane>` | stream | messages of one priority (`c` critical, `h` high, `m` medium, `l` low), read by the group `agents`. Fields: `message`, the wire JSON; `digest`, its CRC-32 in 8 hexadecimal digits, checked when present. An entry is deleted when it is settled |
 * | `box:<agent>` | hash | `opened`, `capacity`, `room` (how many more it takes for certain), `topics`, `lane:<lane>` where the group was made, `n` |
 * | `boxes` | sorted set | every agent with a mailbox, by when a receiver last looked in (milliseconds; 0: never) |
 * | `held:<agent>` | sorted set | what waits for an instant (milliseconds): `d:<lane>:<n>` a delayed message, `r:<lane>:<id>` a retry |
 * | `later:<agent>` | hash | the bytes of delayed messages: digest and wire JSON |
 * | `notes:<agent>` | hash | `<lane>:<id>`: a JSON array: how many earlier attempts were handed back, and the last ten reasons given |
 * | `dead:<agent>` | stream | dead letters: `reason`, `detail`, `attempts`, `at`, `lane`, `fields` (each name and value preceded by its length, 4 bytes, big-endian) |
 * | `idem:<agent>` | sorted set | sender and idempotency key, by when they are forgotten |
 * | `topic:<topic>` | set | its members among the agents of this shard |
 * | `due` | sorted set | agents, by the instant at which something in their mailbox falls due at the earliest; `!<agent>`: something waits to be offered again |
 * | `bell` | hash and sharded channel | `n`, the number of the last ring, and `born`, when the counting began. A ring is published as `<n> <name> …`: agents, and `#<collection>` |
 * | `producer:<id>` | hash | numbers of batches that have run, with their answers; expires an hour after the last one |
 * | `rec:<collection>:…` | | `data` (hash: `<version> <expiry> <value>`), `keys`, `ttl` (sorted sets), `version`, `log` (stream) |
 *
 * A consumer is called `<incarnation>.<leaseMs>`: a lease is the time since the entry was claimed against that number.
 * `<incarnation>.0<leaseMs>` is the same one, for what was given back unattempted and counts as a first attempt again.
 * `~free`, `~back` and `~held` are nobody: entries that wait to be offered again.
 */
export interface Keys {
  readonly namespace: string;
  /** Sends a script to a shard. No such key ever exists. */
  home(shard: number): string;
  /** The stream of a mailbox and lane. */
  queue(shard: number, agentId: string, lane: string): string;
  /** The channel of a shard's rings. */
  bell(shard: number): string;
  /** The shard of a channel, or undefined if it is none of ours. */
  shardOfBell(channel: string): number | undefined;
}

export function createKeys(namespace: string): Keys {
  const homes = Array.from({ length: SHARDS }, (_, shard) => `${namespace}:{${shard}}:-`);
  const bells = Array.from({ length: SHARDS }, (_, shard) => `${namespace}:{${shard}}:bell`);
  const shards = new Map(bells.map((bell, shard) => [bell, shard]));
  return {
    namespace,
    home: (shard) => homes[shard] as string,
    queue: (shard, agentId, lane) => `${namespace}:{${shard}}:q:${agentId}:${lane}`,
    bell: (shard) => bells[shard] as string,
    shardOfBell: (channel) => shards.get(channel),
  };
}
