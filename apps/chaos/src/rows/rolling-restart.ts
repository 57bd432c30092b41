import type { Account, Interruption } from "../oracle/check-journals.js";
import { HandedBackWatch } from "../oracle/handed-back-watch.js";
import { HeldWatch } from "../oracle/held-watch.js";
import { journalNow } from "../oracle/read-journals.js";
import { atLeast, atMost, none, nothingLost, recoveredWithin } from "./checks.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const RECEIVERS = 4;
const LEASE_MS = 30_000;
/** What some receivers get to end their work: less than some of it takes. */
const SHORT_DRAIN_MS = 50;
/** How long the handlers work that a short drain time does not suffice for. */
const LONG_WORK_MS = 500;
/** How long rounds go on beyond those that were asked for if nothing was handed back. */
const PATIENCE_MS = 60_000;

/**
 * F18: all receivers are restarted in good order, one after the other, again and again; and one of two senders with them. Some
 * receivers get too little time for all that they hold: what they hand back is handed out again at once, not when its lease ends.
 */
export const rollingRestart: Row = {
  id: "F18",
  title: "rolling restart of all receivers ×20",
  invariant: "lost 0; finished work repeated 0; what is handed back is handed out at once",
  testScale: 0.02,
  async run(scene) {
    const server = await scene.redis();
    const transport = scene.transport(server.url);
    const rounds = scene.scaled(20, 2);
    // Of each of the two senders.
    const perSecond = scene.scale < 0.1 ? 600 : 2_500;
    const load = {
      transport,
      to: ["worker"],
      work: [
        { share: 0.25, work: { kind: "sleep", ms: 20 } },
        { share: 0.02, work: { kind: "sleep", ms: LONG_WORK_MS, heeds: true } },
      ],
    } as const;
    const start = () => scene.receiver({ transport, mailboxes: ["worker"], concurrency: 50, leaseMs: LEASE_MS });
    const receivers = await Promise.all(Array.from({ length: RECEIVERS }, start));
    const stays = await scene.sender({ ...load, count: scene.scaled(120_000, 2_000), perSecond });
    const stoppedAt = new Map<number, number>();
    const held = new HeldWatch(scene.dir);
    const handedBack = new HandedBackWatch(scene.dir);

    const restart = async (index: number): Promise<void> => {
      const old = receivers[index] as (typeof receivers)[number];
      const mayBeShort = scene.random() < 0.3;
      // In half of the cases the new one is there before the old one goes.
      const goesFirst = scene.random() < 0.5;
      const stop = async (): Promise<void> => {
        // It has to hold what it cannot end in so short a time.
        const isShort =
          mayBeShort && (await scene.becomes(5_000, () => held.holds(old.pid, SHORT_DRAIN_MS, LONG_WORK_MS / 2)));
        scene.fault(isShort ? "receiver restarted with a short drain time" : "receiver restarted");
        const atMs = journalNow();
        stoppedAt.set(old.pid, atMs);
        if (isShort) scene.interruptions.push({ pid: old.pid, atMs });
        await scene.until(old.stop(isShort ? SHORT_DRAIN_MS : undefined));
      };
      if (goesFirst) await stop();
      receivers[index] = await start();
      if (!goesFirst) await stop();
    };
    let over = false;
    const sent = stays.done.then(() => {
      over = true;
    });
    const startedAtMs = journalNow();
    // A receiver that is not let run for a moment may end its work all the same, or have held less than it seemed.
    const nothingYet = async (): Promise<boolean> =>
      journalNow() - startedAtMs < PATIENCE_MS && (await handedBack.count(scene.interruptions)) === 0;
    for (let round = 1; round <= rounds || !over || (await nothingYet()); round++) {
      const passes = await scene.sender({ ...load, count: 1_000_000, perSecond });
      for (let index = 0; index < RECEIVERS; index++) await restart(index);
      await scene.until(passes.stop());
      scene.fault("sender restarted");
      scene.say(`${round} rounds`);
    }
    await scene.until(sent);
    await scene.drained([server], 60_000);
    await scene.stop(receivers);
    const account = await scene.account([server]);
    const failedSends = Object.values(account.failures).reduce((sum, count) => sum + count, 0);
    return {
      load: `${account.accepted} messages, ${RECEIVERS} receivers, ${rounds} rounds, lease ${LEASE_MS / 1_000} s`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(account.recoveriesMs),
      checks: [
        ...nothingLost(account),
        atLeast("receivers restarted", stoppedAt.size, rounds * RECEIVERS),
        atLeast("of them in the middle of work", stoppedAtWork(account, stoppedAt), 0.5 * stoppedAt.size),
        none("finished work repeated", account.repeatedAfterHandled),
        atMost("repeats of what others held than who got too little time", repeatsOfOthers(account, scene), 0),
        atMost("failed sends", failedSends, 0),
        ...recoveredWithin(account, SHORT_DRAIN_MS + 1_000),
      ],
    };
  },
};

/** How many processes had a handler running when they were told to stop. */
function stoppedAtWork(account: Account, stoppedAt: ReadonlyMap<number, number>): number {
  const found = new Set<number>();
  for (const { deliveries, handledAtMs } of account.entries()) {
    for (const { pid, atMs } of deliveries) {
      const stopMs = stoppedAt.get(pid);
      if (stopMs !== undefined && atMs < stopMs && handledAtMs > stopMs) found.add(pid);
    }
  }
  return found.size;
}

/** How many repeats there were of what a receiver held that had time to end it. */
function repeatsOfOthers({ entries }: Account, { interruptions }: { readonly interruptions: readonly Interruption[] }) {
  const gotTooLittle = new Set(interruptions.map(({ pid }) => pid));
  let count = 0;
  for (const { deliveries } of entries()) {
    count += deliveries.slice(0, -1).filter(({ pid }) => !gotTooLittle.has(pid)).length;
  }
  return count;
}
