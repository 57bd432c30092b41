import { startRedisSentinel } from "@agentcomm/test-redis";
import { FAILOVER_CAUSES, type Failover, type FailoverCause, type Pair } from "../faults/failover.js";
import { allowFailovers, failOverBySentinel } from "../faults/sentinel-failover.js";
import type { Scene } from "../scene/scene.js";
import { startFailoverLoad } from "./failover-load.js";
import { outagesOf } from "./outages.js";
import { acceptedAgain, metLoad, replicatedChecks, toldChecks } from "./replicated-checks.js";
import type { RowOutcome } from "./row.js";
import { workThroughChecks } from "./work-through.js";
import { worstOf } from "./worst-of.js";

/** Less than a failover takes, so that calls fail and are seen to fail decently. */
const TIMEOUT_MS = 1_500;
const STALL_MS = 1_000;
/**
 * Until the last Sentinel knows who is primary a client that asks that one is sent to the former one, and asks again after at most a
 * second, or stalls. And a second.
 */
const ACCEPTED_AGAIN_MS = 1_000 + STALL_MS + 1_000;

/** The primary that Sentinels watch changes places with its replica again and again. */
export async function sentinelFailovers(scene: Scene, failovers: number, messages: number): Promise<RowOutcome> {
  const setup = scene.own(await startRedisSentinel());
  await allowFailovers(setup);
  const { name, sentinels } = setup;
  const transport = {
    namespace: scene.namespace,
    sentinel: { name, sentinels: sentinels.map(({ host, port }) => ({ host, port })) },
    replicas: 1,
    timeoutMs: TIMEOUT_MS,
    stallMs: STALL_MS,
  };
  const perSecond = scene.scale < 0.1 ? 500 : 1_500;
  const load = await startFailoverLoad(scene, {
    sending: transport,
    receiving: transport,
    mailboxes: ["worker"],
    messages,
    perSecond,
    leaseMs: 30_000,
  });
  const done: Failover[] = [];
  let pair: Pair = setup;
  for (let count = 1; count <= failovers; count++) {
    await scene.pass(scene.between(1_500, 2_000));
    await load.atWorkSince(done.at(-1)?.toMs ?? 0);
    const cause = FAILOVER_CAUSES[(count - 1) % FAILOVER_CAUSES.length] as FailoverCause;
    const failover = await failOverBySentinel(scene, setup, pair, cause);
    done.push(failover);
    pair = failover.pair;
    await load.acceptedAfter(failover.toMs);
    scene.say(`${count} failovers by Sentinels`);
  }
  await load.end([pair.primary]);
  const account = await scene.account([pair.primary]);
  return {
    load: `${account.accepted} messages, ${failovers} failovers, replicated(1)`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: worstOf(outagesOf(account.acceptedAtMs, done, account.took)),
    checks: [
      ...replicatedChecks(account),
      ...toldChecks(account),
      metLoad("failovers", account, done),
      acceptedAgain(account, done, { mailboxes: 1, mostMs: ACCEPTED_AGAIN_MS }),
      ...workThroughChecks(account, done),
    ],
  };
}
