import { type Promotion, startCutOffPair } from "../faults/cut-off-pair.js";
import type { Account } from "../oracle/check-journals.js";
import type { Scene } from "../scene/scene.js";
import { startFailoverLoad } from "./failover-load.js";

/** Calls end before a promotion is over, so that some of them fail. */
const TIMEOUT_MS = 1_500;
export const STALL_MS = 1_000;

/** How much is done, and how many replicas must confirm. */
export interface PromotionPlan {
  readonly rounds: number;
  readonly messages: number;
  readonly perSecond: number;
  readonly replicas: number;
  /** Longer than a promotion takes. A delivery whose ack was undone by one is handed out again when its lease ends. */
  readonly leaseMs: number;
}

/** What came of it. */
export interface PromotionRounds {
  readonly account: Account;
  readonly promotions: readonly Promotion[];
}

/** A primary is cut off and its replica promoted, again and again, under load. */
export async function playPromotions(scene: Scene, plan: PromotionPlan): Promise<PromotionRounds> {
  const { rounds, messages, perSecond, replicas, leaseMs } = plan;
  const setup = await startCutOffPair(scene);
  const reach = (port: number) =>
    scene.transport(`redis://127.0.0.1:${port}`, { replicas, timeoutMs: TIMEOUT_MS, stallMs: STALL_MS });
  const load = await startFailoverLoad(scene, {
    sending: reach(setup.senders.port),
    receiving: reach(setup.receivers.port),
    mailboxes: ["worker"],
    messages,
    perSecond,
    leaseMs,
  });
  const promotions: Promotion[] = [];
  while (promotions.length < rounds) {
    await scene.pass(scene.between(1_500, 1_900));
    await load.atWorkSince(promotions.at(-1)?.toMs ?? 0);
    const promotion = await setup.promoteCutOff(scene);
    promotions.push(promotion);
    await load.acceptedAfter(promotion.toMs);
    scene.say(`${promotions.length} replicas promoted, ${replicas} must confirm`);
  }
  await load.end([setup.pair.primary]);
  return { account: await scene.account([setup.pair.primary]), promotions };
}
