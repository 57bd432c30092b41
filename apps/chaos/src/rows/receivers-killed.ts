import { countAdded } from "../oracle/count-added.js";
import { HeldWatch } from "../oracle/held-watch.js";
import { atLeast, atMost, nothingLost, recoveredWithin } from "./checks.js";
import { ENDLESS } from "./endless.js";
import { killHolder } from "./kill-holder.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const RECEIVERS = 8;
const CONCURRENCY = 25;
const LEAST_KILLS = 3;

/**
 * F1: receivers are killed in the middle of their work, one after the other, and others take their place: as long as there is enough
 * to do for all of them, and messages come until there was time for enough kills.
 */
export const receiversKilled: Row = {
  id: "F1",
  title: "kill -9 a random receiver every 2 s",
  invariant: "lost 0; repeats ≤ kills × held; recovery p99 ≤ lease + 1 s",
  testScale: 0.02,
  async run(scene) {
    // A small run has no time for leases and kills as far apart as those of a large one.
    const small = scene.scale < 0.1;
    const leaseMs = small ? 1_000 : 5_000;
    const server = await scene.redis();
    // Who is killed again and again has not failed: no message becomes poison here.
    const transport = scene.transport(server.url, { maxDeliveries: 1_000 });
    const goal = scene.scaled(1_000_000, 10_000);
    const start = () => scene.receiver({ transport, mailboxes: ["worker"], concurrency: CONCURRENCY, leaseMs });
    const receivers = await Promise.all(Array.from({ length: RECEIVERS }, start));
    const senders = await Promise.all(
      [1, 2].map(() =>
        scene.sender({
          transport,
          to: ["worker"],
          count: ENDLESS,
          ...(small ? { perSecond: 1_500 } : {}),
          // Some handlers are longer than two renewals, so that kills meet leases that were renewed.
          work: [
            { share: 0.001, work: { kind: "sleep", ms: leaseMs * 0.8 } },
            { share: 0.05, work: { kind: "sleep", ms: 20 } },
          ],
        }),
      ),
    );
    const enough = scene.becomes(600_000, async () => {
      return scene.interruptions.length >= LEAST_KILLS && (await countAdded(server, scene.namespace)) >= goal;
    });
    const busy = enough.then(async () => {
      await scene.stop(senders);
      await scene.drained([server], 300_000, RECEIVERS * CONCURRENCY);
    });
    const held = new HeldWatch(scene.dir);
    await scene.whilst(
      busy,
      () => (small ? 300 : 2_000),
      async () => {
        const victim = await killHolder(scene, receivers, held);
        if (victim === undefined) return;
        receivers[victim] = await start();
        scene.say(`${scene.interruptions.length} receivers killed`);
      },
    );
    await scene.until(busy);
    await scene.drained([server], 60_000);
    await scene.stop(receivers);
    const account = await scene.account([server]);
    const kills = scene.interruptions.length;
    return {
      load: `${account.accepted} messages, ${RECEIVERS} receivers, lease ${leaseMs / 1_000} s`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(account.recoveriesMs),
      checks: [
        ...nothingLost(account),
        atLeast("receivers killed", kills, LEAST_KILLS),
        atMost("repeats", account.repeats, kills * CONCURRENCY),
        ...recoveredWithin(account, leaseMs + 1_000),
      ],
    };
  },
};
