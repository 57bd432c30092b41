import { askUntil, type RedisSentinel, type RedisServer } from "@agentcomm/test-redis";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { type Failover, type FailoverCause, type Pair, SPLIT_MS } from "./failover.js";
import { becomesPrimary, follows, makeReplica, tell } from "./replication.js";

/** A Sentinel that was not let run for two seconds does nothing for thirty ("TILT"), not even end the failover that it leads. */
const KNOWN_WITHIN_MS = 60_000;

/** Has the Sentinels allow one failover right after another: by default they wait for ten seconds. */
export async function allowFailovers({ name, sentinels }: RedisSentinel): Promise<void> {
  await Promise.all(sentinels.map((sentinel) => tell(sentinel, `SENTINEL SET ${name} failover-timeout 1000`)));
}

/** Brings about one failover, and resolves once the former primary follows the new one and all Sentinels know it. */
export async function failOverBySentinel(
  scene: Scene,
  { name, sentinels }: RedisSentinel,
  { primary, replica }: Pair,
  cause: FailoverCause,
): Promise<Failover> {
  scene.fault(`Sentinel failover, ${cause}`);
  const fromMs = journalNow();
  if (cause === "asked for") {
    const sentinel = sentinels[scene.between(0, sentinels.length - 1)] as RedisServer;
    // Refused as long as it does not know yet how far the replica is.
    await scene.until(askUntil(sentinel, `SENTINEL FAILOVER ${name}`, (reply) => reply === "+OK", 30_000));
  } else if (cause === "primary killed") await primary.kill();
  else primary.pause();
  await scene.until(becomesPrimary(replica));
  if (cause === "primary killed") await primary.restart();
  else {
    await scene.pass(scene.between(0, SPLIT_MS));
    primary.resume();
    await scene.pass(scene.between(0, SPLIT_MS));
  }
  // Sentinels would do that by themselves, after eight seconds.
  await makeReplica(primary, replica.port);
  await scene.until(follows(primary, replica));
  const known = (reply: string) => reply.includes(`status=ok,address=${replica.host}:${replica.port},`);
  await scene.until(
    Promise.all(sentinels.map((sentinel) => askUntil(sentinel, "INFO sentinel", known, KNOWN_WITHIN_MS))),
  );
  return { pair: { primary: replica, replica: primary }, fromMs, toMs: journalNow() };
}
