import type { Actor } from "../actors/actor.js";
import type { Account } from "../oracle/check-journals.js";
import { createRandom } from "../scene/random.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, exactly, none, nothingLost } from "./checks.js";
import type { Row } from "./row.js";

const LEASE_MS = 500;
const PAUSE_MS = 3 * LEASE_MS;

/**
 * F6: receivers stand still for three leases and then go on as if nothing had been, with handlers that end by ack, retry, reject
 * and extend. Meanwhile others have their messages. At full scale 40 receivers, half to three quarters of which stand still at any time.
 */
export const receiversPaused: Row = {
  id: "F6",
  title: "SIGSTOP a receiver for 3 leases, then CONT",
  invariant: "stale settles accepted: 0",
  testScale: 0.005,
  async run(scene) {
    const small = scene.scale < 0.1;
    const server = await scene.redis();
    // Whoever is paused again and again has not failed: no message becomes poison here.
    const transport = scene.transport(server.url, { maxDeliveries: 1_000 });
    const pauses = scene.scaled(2_000, 10);
    const receivers = await Promise.all(
      Array.from({ length: small ? 6 : 40 }, () =>
        scene.receiver({ transport, mailboxes: ["worker"], concurrency: 8, leaseMs: LEASE_MS, acks: "handler" }),
      ),
    );
    const sender = await scene.sender({
      transport,
      to: ["worker"],
      count: 1_000_000,
      perSecond: small ? 60 : 200,
      work: [
        { share: 0.15, work: { kind: "sleep", ms: 200, ends: "retry" } },
        { share: 0.15, work: { kind: "sleep", ms: 200, ends: "reject" } },
        { share: 0.15, work: { kind: "sleep", ms: 150, ends: "extend" } },
        { share: 0.3, work: { kind: "sleep", ms: 300 } },
        { share: 0.25, work: { kind: "sleep", ms: 100 } },
      ],
    });
    const left = { pauses };
    await scene.until(Promise.all(receivers.map((receiver, index) => pauseNowAndThen(scene, receiver, index, left))));
    await scene.until(sender.stop());
    await scene.drained([server], 60_000);
    await scene.stop(receivers);
    const account = await scene.account([server]);
    const rejected = rejectionsIn(account);
    return {
      load: `${account.accepted} messages, ${receivers.length} receivers, lease ${LEASE_MS / 1_000} s`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: null,
      checks: [
        ...nothingLost(account, { dead: rejected }),
        atLeast("pauses", scene.faults["receiver paused"] ?? 0, pauses),
        atLeast("stale settles that were tried", account.leaseLost, pauses / 2),
        none("stale settles accepted", account.staleSettled),
        atLeast("rejections accepted", rejected, 1),
        exactly("dead letters that say so", account.dead.rejected ?? 0, rejected),
      ],
    };
  },
};

/** Pauses one receiver again and again, until all together have been paused often enough. */
async function pauseNowAndThen(scene: Scene, receiver: Actor, index: number, left: { pauses: number }): Promise<void> {
  const random = createRandom(scene.seed + index);
  // Not all at once.
  await scene.pass(random() * PAUSE_MS);
  while (left.pauses > 0) {
    left.pauses -= 1;
    scene.fault("receiver paused");
    receiver.pause();
    try {
      await scene.pass(PAUSE_MS);
    } finally {
      receiver.resume();
    }
    scene.say(`${left.pauses} pauses left`);
    await scene.pass(300 + random() * 400);
  }
}

/** How many rejections of the handlers counted. */
function rejectionsIn(account: Account): number {
  let count = 0;
  for (const { ends } of account.entries()) count += Number(ends.some(({ kind, done }) => kind === "reject" && done));
  return count;
}
