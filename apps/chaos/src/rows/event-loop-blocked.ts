import { startProxy } from "@agentcomm/test-redis";
import type { TransportOrder } from "../actors/orders.js";
import type { Account } from "../oracle/check-journals.js";
import { HeldWatch } from "../oracle/held-watch.js";
import { JournalWatch } from "../oracle/journal-watch.js";
import type { StoreAddress } from "../oracle/raw-store.js";
import { journalNow } from "../oracle/read-journals.js";
import { Stalls } from "../oracle/stalls.js";
import { createRandom } from "../scene/random.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, none, nothingLost } from "./checks.js";
import type { Row } from "./row.js";
import { tellings } from "./tellings.js";

const LEASE_MS = 500;
/** Of those who cannot renew: they are told a tenth of it early. */
const LONG_LEASE_MS = 1_500;
const CUT_OFF_WORK_MS = 2.5 * LONG_LEASE_MS;
const DEAD_MS = 1.5 * LONG_LEASE_MS;
/** How long lines go dead beyond what was asked for until somebody was told. */
const PATIENCE_MS = 60_000;

/**
 * F14: handlers hold the event loop up for two leases, so that nothing in their process can be renewed or told; what they and their
 * neighbours do afterwards is refused. Beside them receivers whose handlers leave the event loop alone, but whose leases cannot be
 * renewed because their line to the store is dead: these are told before somebody else has their message.
 */
export const eventLoopBlocked: Row = {
  id: "F14",
  title: "handler blocks the event loop for 2 leases",
  invariant: "stale settles accepted 0; who can be told is told before the message is handed out again",
  testScale: 0.005,
  async run(scene) {
    const server = await scene.redis();
    // Whoever is held up again and again has not failed: no message becomes poison here.
    const transport = scene.transport(server.url, { maxDeliveries: 1_000 });
    const blocks = scene.scaled(1_000, 5);
    const receivers = await Promise.all(
      Array.from({ length: scene.scale < 0.1 ? 5 : 24 }, () =>
        scene.receiver({ transport, mailboxes: ["blocked"], concurrency: 4, leaseMs: LEASE_MS, acks: "handler" }),
      ),
    );
    // Each receiver is held up half of the time.
    const load = { transport, to: ["blocked"], perSecond: receivers.length / 2 };
    const blocking = await scene.sender({
      ...load,
      // A few more: now and then nobody is free to take such a message before its handler is done.
      count: Math.round(blocks * 1.05) + 5,
      work: [{ share: 1, work: { kind: "block", ms: 2 * LEASE_MS } }],
    });
    const neighbours = await scene.sender({
      ...load,
      count: blocks * 3,
      perSecond: load.perSecond * 3,
      work: [{ share: 1, work: { kind: "sleep", ms: 200 } }],
    });
    const sent = Promise.all([blocking.done, neighbours.done]);
    const cutOff = await cutOffNowAndThen(scene, server, transport, sent);
    await scene.until(sent);
    await scene.drained([server], 60_000);
    await scene.stop(receivers);
    const account = await scene.account([server]);
    // The first sender's: the messages that blocked, and were meanwhile handed to somebody else.
    const blocked = repeatsOf(account, "1.");
    scene.fault("event loop blocked", blocked);
    const stalls = await Stalls.read(scene.dir);
    const { told, late } = tellings(account, cutOff, {
      earlyMs: LONG_LEASE_MS / 10,
      starvedMs: (pid, fromMs, toMs) => stalls.starvedMs(pid, fromMs, toMs),
    });
    return {
      load: `${account.accepted} messages, ${receivers.length + cutOff.size} receivers, lease ${LEASE_MS / 1_000} s`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: null,
      checks: [
        ...nothingLost(account),
        atLeast("event loops blocked until the message was handed to somebody else", blocked, blocks),
        atLeast("stale settles that were tried", account.leaseLost, blocks),
        none("stale settles accepted", account.staleSettled),
        atLeast("handlers told that their lease ends", told, 1),
        atMost("handlers told too late, or not at all", late, 0),
      ],
    };
  },
};

/**
 * Receivers of a mailbox of their own whose lines go dead for a lease and a half, again and again until `end` and until each was told;
 * and others, with good lines, to whom their messages go. Resolves to the pids of the former.
 */
async function cutOffNowAndThen(
  scene: Scene,
  server: StoreAddress,
  transport: TransportOrder,
  end: Promise<unknown>,
): Promise<ReadonlySet<number>> {
  const plan = { mailboxes: ["cut-off"], concurrency: 4, leaseMs: LONG_LEASE_MS, acks: "handler" } as const;
  const lines = await Promise.all([1, 2, 3].map(async () => scene.own(await startProxy(server.port))));
  const bad = await Promise.all(
    lines.map(({ host, port }) => {
      const own = { ...transport, url: `redis://${host}:${port}` };
      return scene.receiver({ ...plan, transport: own, watchesLoop: true });
    }),
  );
  const sender = await scene.sender({
    transport,
    to: plan.mailboxes,
    count: 1_000_000,
    perSecond: 12,
    work: [{ share: 1, work: { kind: "sleep", ms: CUT_OFF_WORK_MS } }],
  });
  // Not before those have something to lose. They can do it all: what has to be let go is handed out again at once.
  const good = await Promise.all([1, 2].map(() => scene.receiver({ ...plan, transport, concurrency: 50 })));
  let over = false;
  const stop = (): void => {
    over = true;
  };
  void end.then(stop, stop);
  const breaks = async (line: (typeof lines)[number], index: number): Promise<void> => {
    const random = createRandom(scene.seed + index);
    const { pid } = bad[index] as (typeof bad)[number];
    const held = new HeldWatch(scene.dir);
    const journals = new JournalWatch(scene.dir, "receiver");
    // Its handlers have begun of late, so that all of them are at work until their leases have ended.
    const isAtWork = async (): Promise<boolean> =>
      (await held.holds(pid)) && !(await held.holds(pid, CUT_OFF_WORK_MS - DEAD_MS));
    const giveUpAtMs = journalNow() + PATIENCE_MS;
    let isTold = false;
    do {
      await scene.pass(300 + random() * 700);
      if (!(await scene.becomes(PATIENCE_MS, isAtWork))) return;
      scene.fault("line dead");
      line.stall();
      await scene.pass(DEAD_MS);
      line.mend();
      await journals.catchUp((event) => {
        isTold ||= event.letter === "W" && event.pid === pid;
      });
    } while (!over || !(isTold || journalNow() > giveUpAtMs));
  };
  await Promise.all(lines.map(breaks));
  await scene.until(sender.stop());
  await scene.drained([server], 60_000);
  await scene.stop([...good, ...bad]);
  return new Set(bad.map(({ pid }) => pid));
}

/** How many messages whose ids start so were handed out more than once. */
function repeatsOf(account: Account, prefix: string): number {
  let count = 0;
  for (const { id, deliveries } of account.entries()) count += Number(id.startsWith(prefix) && deliveries.length > 1);
  return count;
}
