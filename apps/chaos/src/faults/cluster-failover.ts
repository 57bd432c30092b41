import { askUntil, type RedisServer } from "@agentcomm/test-redis";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { type Failover, type FailoverCause, type Pair, SPLIT_MS } from "./failover.js";
import { becomesPrimary, follows, tell } from "./replication.js";

/** Brings about one failover of a Cluster's primary, and resolves once that follows the new one and all nodes serve. */
export async function failOverInCluster(
  scene: Scene,
  nodes: readonly RedisServer[],
  { primary, replica }: Pair,
  cause: FailoverCause,
): Promise<Failover> {
  scene.fault(`Cluster failover, ${cause}`);
  const fromMs = journalNow();
  if (cause === "asked for") await tell(replica, "CLUSTER FAILOVER");
  else if (cause === "primary killed") await primary.kill();
  else primary.pause();
  await scene.until(becomesPrimary(replica));
  if (cause === "primary killed") await primary.restart();
  if (cause === "primary paused") {
    await scene.pass(scene.between(0, SPLIT_MS));
    primary.resume();
  }
  // It hears from the others that it is none any more.
  await scene.until(follows(primary, replica));
  await scene.until(clusterServes(nodes));
  return { pair: { primary: replica, replica: primary }, fromMs, toMs: journalNow() };
}

/** Resolves once every node finds that all slots are served. Rejects if that takes 30 seconds. */
export async function clusterServes(nodes: readonly RedisServer[]): Promise<void> {
  const serves = (reply: string) => reply.includes("cluster_state:ok");
  await Promise.all(nodes.map((node) => askUntil(node, "CLUSTER INFO", serves, 30_000)));
}
