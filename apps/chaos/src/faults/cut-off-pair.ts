import { ask, askUntil, startProxy, startRedis, type TcpProxy } from "@agentcomm/test-redis";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import type { Failover, Pair } from "./failover.js";
import { catchesUp, follows, makeReplica, offsetIn, promote } from "./replication.js";

/** A primary and its replica, whose lines to each other and to their clients can be broken. */
export interface CutOffPair {
  /** Who has which part now. */
  readonly pair: Pair;
  /** Leads to the primary, for senders and for receivers. */
  readonly senders: TcpProxy;
  readonly receivers: TcpProxy;
  /**
   * One promotion: the replica is cut off, the primary goes on for a while, the replica is promoted, clients are led to it one after
   * the other, and in the end the former primary follows it.
   */
  promoteCutOff(scene: Scene): Promise<Promotion>;
}

/** A promotion that is over. What was accepted before `fromMs` the replica had. */
export interface Promotion extends Failover {
  /** How much the former primary had written that the promoted replica had not: bytes of commands. */
  readonly undoneBytes: number;
}

/** Longest that each step lasts. */
const STEP_MS = 400;

/** Starts both, and resolves once the replica follows. */
export async function startCutOffPair(scene: Scene): Promise<CutOffPair> {
  // By default a primary waits 5 seconds for more replicas before it sends the first its data.
  const start = async () => scene.own(await startRedis({ config: { "repl-diskless-sync-delay": "0" } }));
  const lineTo = async (port: number) => scene.own(await startProxy(port));
  const [primary, replica] = [await start(), await start()];
  const [link, senders, receivers] = [
    await lineTo(primary.port),
    await lineTo(primary.port),
    await lineTo(primary.port),
  ];
  await makeReplica(replica, link.port);
  await follows(replica, primary);
  const setup = {
    pair: { primary, replica },
    senders,
    receivers,
    async promoteCutOff(each: Scene) {
      const promotion = await promoteCutOff(each, setup.pair, { link, clients: [senders, receivers] });
      setup.pair = promotion.pair;
      return promotion;
    },
  };
  return setup;
}

async function promoteCutOff(
  scene: Scene,
  { primary, replica }: Pair,
  { link, clients }: { readonly link: TcpProxy; readonly clients: readonly TcpProxy[] },
): Promise<Promotion> {
  const fromMs = journalNow();
  await scene.until(catchesUp(replica, primary));
  scene.fault("replica cut off");
  link.stall();
  const before = offsetIn(await ask(primary, "INFO replication"), "master_repl_offset");
  const goesOn = (reply: string) => offsetIn(reply, "master_repl_offset") > before;
  await scene.until(askUntil(primary, "INFO replication", goesOn, 30_000));
  await scene.pass(scene.between(0, STEP_MS));
  link.cut();
  await scene.pass(scene.between(100, STEP_MS));
  scene.fault("replica promoted");
  await promote(replica);
  // Some are on the one side and some on the other, for a while.
  for (const line of scene.random() < 0.5 ? clients : clients.toReversed()) {
    line.aim(replica.port);
    line.cut();
    await scene.pass(scene.between(0, STEP_MS));
  }
  const written = offsetIn(await ask(primary, "INFO replication"), "master_repl_offset");
  const had = offsetIn(await ask(replica, "INFO replication"), "second_repl_offset");
  link.aim(replica.port);
  link.mend();
  await makeReplica(primary, link.port);
  await scene.until(follows(primary, replica));
  return { pair: { primary: replica, replica: primary }, fromMs, toMs: journalNow(), undoneBytes: written + 1 - had };
}
