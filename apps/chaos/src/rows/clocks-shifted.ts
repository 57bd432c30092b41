import type { Actor } from "../actors/actor.js";
import type { Account } from "../oracle/check-journals.js";
import type { JournalEvent } from "../oracle/journal-event.js";
import { journalNow, readJournals } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { makeShiftedClock, type ShiftedClock } from "../scene/shifted-clock.js";
import { atLeast, atMost, noLess, none, nothingLost, recoveredWithin } from "./checks.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FORWARD_MS = MINUTE_MS;
const BACK_MS = -60 * MINUTE_MS;
const CONCURRENCY = 100;
/** How far off each receiver's clock is, and that of each sender. */
const RECEIVER_CLOCKS_MS = [0, DAY_MS, -DAY_MS];
const SENDER_CLOCKS_MS = [DAY_MS, -DAY_MS];

/** A jump of the server's clock, and whether a receiver is killed right before or after it. */
interface Jump {
  readonly byMs: number;
  readonly kill?: "before" | "after";
}

const JUMPS: readonly Jump[] = [
  { byMs: FORWARD_MS },
  { byMs: BACK_MS, kill: "before" },
  { byMs: FORWARD_MS, kill: "before" },
  { byMs: BACK_MS },
  { byMs: FORWARD_MS, kill: "after" },
  { byMs: BACK_MS, kill: "after" },
];

/**
 * F13: the server's clock, on which leases are measured, is set forward and back, while the clocks of senders and receivers are a day
 * off. Some handlers take longer than a lease, so that each jump meets leases which living receivers prolong: nobody else may get
 * these. And some receivers are killed: what they held comes back one lease after the jump at the latest, not an hour later.
 */
export const clocksShifted: Row = {
  id: "F13",
  title: "server clock +60 s, −1 h; client clock ± 1 day",
  invariant:
    "lost 0; no double commit; nothing taken from who is alive; jumps reported; a dead receiver's work comes back",
  needs: ["gcc"],
  testScale: 0.02,
  async run(scene) {
    const small = scene.scale < 0.1;
    const leaseMs = small ? 1_500 : 4_000;
    const jumps = small ? JUMPS.slice(0, 2) : JUMPS;
    // Time for the dead to be noticed before the next jump: leases start anew with each. A small run kills at the last one alone.
    const everyMs = small ? 1.5 * leaseMs : 2 * leaseMs + 1_000;
    const clock = scene.own(await makeShiftedClock(scene.dir));
    const server = await scene.redis({ env: clock.env });
    const start = (clockShiftMs: number) =>
      scene.receiver({
        transport: scene.transport(server.url, { clockShiftMs }),
        mailboxes: ["worker"],
        concurrency: CONCURRENCY,
        leaseMs,
        acks: "handler",
      });
    const receivers = await Promise.all(RECEIVER_CLOCKS_MS.map(start));
    const count = scene.scaled(25_000);
    const senders = await Promise.all(
      SENDER_CLOCKS_MS.map((clockShiftMs) =>
        scene.sender({
          transport: scene.transport(server.url, { clockShiftMs }),
          to: ["worker"],
          count,
          perSecond: count / ((jumps.length * everyMs) / 1_000),
          onFailure: "repeat",
          work: [{ share: small ? 0.1 : 0.02, work: { kind: "sleep", ms: leaseMs * 1.6 } }],
        }),
      ),
    );
    const jumpedAtMs: number[] = [];
    for (const jump of jumps) {
      await scene.pass(everyMs * 0.7);
      jumpedAtMs.push(await jumpAndKill(scene, clock, jump, receivers, { start, apartMs: leaseMs / 2 }));
      await scene.pass(everyMs * 0.3);
    }
    await scene.until(Promise.all(senders.map((sender) => sender.done)));
    await scene.drained([server], 30_000);
    await scene.stop(receivers);
    const account = await scene.account([server]);
    const reported = await countClockReports(scene.dir);
    return {
      load: `${account.accepted} messages, lease ${leaseMs / 1_000} s, clocks of clients a day ahead and a day behind`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(account.recoveriesMs),
      checks: [
        ...nothingLost(account),
        atLeast("jumps of the server's clock", jumpedAtMs.length, jumps.length),
        noLess("reports of them", reported, jumps.length * (receivers.length - 1)),
        atLeast("messages that somebody held at a jump and after it", heldAcross(account, jumpedAtMs), jumps.length),
        none("messages taken from who was alive", takenFromTheLiving(account, scene)),
        none("messages settled by who had lost the lease", account.staleSettled),
        ...recoveredWithin(account, 2 * leaseMs + 1_000),
        atMost("messages not accepted in the end", account.attempted - account.accepted, 0),
      ],
    };
  },
};

/** Sets the clock, and kills a receiver if that belongs to it; another one takes its place. Resolves to when the clock was set. */
async function jumpAndKill(
  scene: Scene,
  clock: ShiftedClock,
  { byMs, kill }: Jump,
  receivers: Actor[],
  { start, apartMs }: { readonly start: (clockShiftMs: number) => Promise<Actor>; readonly apartMs: number },
): Promise<number> {
  const victim = scene.between(0, receivers.length - 1);
  const replace = async (): Promise<void> => {
    await scene.kill(receivers[victim] as Actor);
    receivers[victim] = await start(RECEIVER_CLOCKS_MS[victim] as number);
  };
  if (kill === "before") {
    await replace();
    await scene.pass(apartMs * scene.random());
  }
  scene.fault(byMs > 0 ? "server clock set forward" : "server clock set back");
  await clock.jump(byMs);
  const atMs = journalNow();
  scene.say(`the server's clock is off by ${clock.shiftMs / 1_000} s`);
  if (kill === "after") {
    await scene.pass(apartMs * scene.random());
    await replace();
  }
  return atMs;
}

/** How often a receiver was told that the server's clock had jumped. */
async function countClockReports(dir: string): Promise<number> {
  let count = 0;
  const add = ({ letter, id }: JournalEvent): void => {
    count += Number(letter === "E" && id === "clock");
  };
  await readJournals(dir, add, "receiver");
  return count;
}

/** How many messages were held at one of these instants, and handled afterwards by who held them. */
function heldAcross(account: Account, instants: readonly number[]): number {
  let held = 0;
  for (const { deliveries, handledAtMs } of account.entries()) {
    const [{ atMs } = { atMs: Number.POSITIVE_INFINITY }] = deliveries;
    if (deliveries.length === 1 && instants.some((at) => at > atMs && at < handledAtMs)) held += 1;
  }
  return held;
}

/** Messages that were handed out again though their last holder had not been killed. */
function takenFromTheLiving(account: Account, { interruptions }: Scene): { count: number; ids: string[] } {
  const killedAtMs = new Map(interruptions.map(({ pid, atMs }) => [pid, atMs]));
  const ids: string[] = [];
  for (const { id, deliveries } of account.entries()) {
    const taken = deliveries.some(({ atMs }, index) => {
      const holder = deliveries[index - 1]?.pid;
      return holder !== undefined && atMs < (killedAtMs.get(holder) ?? Number.POSITIVE_INFINITY);
    });
    if (taken) ids.push(id);
  }
  return { count: ids.length, ids };
}
