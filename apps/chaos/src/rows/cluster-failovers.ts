import { type RedisServer, startRedisCluster } from "@agentcomm/test-redis";
import { clusterServes, failOverInCluster } from "../faults/cluster-failover.js";
import { FAILOVER_CAUSES, type Failover, type FailoverCause, type Pair } from "../faults/failover.js";
import { moveSlot, type ServedSlot, slotsInUse } from "../faults/move-slot.js";
import { catchesUp } from "../faults/replication.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { startFailoverLoad } from "./failover-load.js";
import { type Outage, outagesOf } from "./outages.js";
import { acceptedAgain, metLoad, replicatedChecks, toldChecks } from "./replicated-checks.js";
import type { RowOutcome } from "./row.js";
import { workThroughChecks } from "./work-through.js";
import { worstOf } from "./worst-of.js";

/** Their shards lie in slots of all three primaries. */
const MAILBOXES = ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5", "worker-6"];
const TIMEOUT_MS = 1_500;
const STALL_MS = 1_000;
/** A client is told where a shard is by whom it asks first, or asks again after at most a second, or stalls. And a second. */
const ACCEPTED_AGAIN_MS = 1_000 + STALL_MS + 1_000;

/** How much of what is done to a Cluster. */
export interface ClusterPlan {
  readonly moves: number;
  readonly failovers: number;
  readonly messages: number;
}

/** Slots of a Cluster move while they are in use, and its primaries change places with their replicas. */
export async function clusterFailovers(scene: Scene, { moves, failovers, messages }: ClusterPlan): Promise<RowOutcome> {
  const cluster = scene.own(await startRedisCluster({ primaries: 3, replicas: 1 }));
  const nodes = [...cluster.nodes, ...cluster.replicas];
  const pairs = cluster.nodes.map((primary, index): Pair => {
    return { primary, replica: cluster.replicas[index] as RedisServer };
  });
  const primaries = () => pairs.map(({ primary }) => primary);
  const transport = {
    namespace: scene.namespace,
    cluster: { nodes: nodes.map(({ host, port }) => ({ host, port })) },
    replicas: 1,
    timeoutMs: TIMEOUT_MS,
    stallMs: STALL_MS,
  };
  const perSecond = scene.scale < 0.1 ? 500 : 1_500;
  const load = await startFailoverLoad(scene, {
    sending: transport,
    receiving: transport,
    mailboxes: MAILBOXES,
    messages,
    perSecond,
    leaseMs: 30_000,
  });
  const moved: Outage[] = [];
  const failed: Failover[] = [];

  const move = async (): Promise<void> => {
    const used = await slotsInUse(primaries(), scene.namespace);
    const served = used[scene.between(0, used.length - 1)] as ServedSlot;
    const others = pairs.filter(({ primary }) => primary !== served.owner);
    const target = others[scene.between(0, others.length - 1)] as Pair;
    scene.fault("Cluster slot moved");
    const fromMs = journalNow();
    await moveSlot(served, target.primary, primaries());
    await scene.until(clusterServes(nodes));
    moved.push({ fromMs, toMs: journalNow() });
    // What moved is the operator's to keep safe: a replica must have it before its primary may be lost.
    await scene.until(Promise.all(pairs.map(({ replica, primary }) => catchesUp(replica, primary))));
  };
  const failOver = async (): Promise<void> => {
    const cause = FAILOVER_CAUSES[failed.length % FAILOVER_CAUSES.length] as FailoverCause;
    const index = scene.between(0, pairs.length - 1);
    const failover = await failOverInCluster(scene, nodes, pairs[index] as Pair, cause);
    failed.push(failover);
    pairs[index] = failover.pair;
  };
  while (moved.length < moves || failed.length < failovers) {
    await scene.pass(scene.between(1_500, 2_000));
    await load.atWorkSince(Math.max(0, ...[...moved, ...failed].map(({ toMs }) => toMs)));
    const isMove =
      failed.length === failovers || (moved.length < moves && scene.random() < moves / (moves + failovers));
    await (isMove ? move() : failOver());
    await load.acceptedAfter(journalNow());
    scene.say(`${moved.length} slots moved, ${failed.length} failovers in a Cluster`);
  }
  await load.end(primaries());
  const account = await scene.account(primaries());
  const outages = [...moved, ...failed];
  return {
    load: `${account.accepted} messages, ${moved.length} slots moved, ${failed.length} failovers, replicated(1)`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: worstOf(outagesOf(account.acceptedAtMs, outages, account.took)),
    checks: [
      ...replicatedChecks(account),
      ...toldChecks(account),
      metLoad("slots moved and failovers", account, outages),
      acceptedAgain(account, outages, { mailboxes: MAILBOXES.length, mostMs: ACCEPTED_AGAIN_MS }),
      ...workThroughChecks(account, outages),
    ],
  };
}
