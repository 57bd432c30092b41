import { StoreVandal } from "../faults/store-vandal.js";
import { journalNow, readJournals } from "../oracle/read-journals.js";
import type { Scene, SenderPlan } from "../scene/scene.js";
import { ackedOnce, atLeast, atMost, none } from "./checks.js";
import { accountForDamage } from "./damage-account.js";
import { joinParts } from "./join-parts.js";
import { rotatePasswords } from "./passwords-rotated.js";
import type { Row, RowOutcome } from "./row.js";
import { DEEDS, type Deed, WatchedDamage } from "./watched-damage.js";
import { worstOf } from "./worst-of.js";

const MAILBOXES = ["worker-1", "worker-2"] as const;
const RECEIVERS = 2;
const CONCURRENCY = 10;
/** Of one second, for each process: connecting again, asking the server anew, looking into every mailbox. */
const PARDONED_COMMANDS = 100;

const DRAINED_MS = 20_000;
/** How long what was not accepted may take to be made up for. */
const PATIENCE_MS = 30_000;

/**
 * F12: the store is damaged behind the transport's back, under load and in quiet. What each damage took out of the store is read
 * in the same step, so that what was lost is known message by message: that, and nothing else, may be missing. Each loss must be
 * told before the next damage comes; and in quiet the server counts the commands of the second after it. Beside it, on a server
 * of its own, the passwords of a user are rotated.
 */
export const storeDamaged: Row = {
  id: "F12",
  title: "FLUSHALL, XGROUP DESTROY, DEL, SCRIPT FLUSH, CLIENT KILL at random; passwords rotated",
  invariant: "only what was taken away is lost; loss reported each time; no hot loop",
  testScale: 0.01,
  async run(scene) {
    const [damage, passwords] = await Promise.all([
      damageStore(await scene.part()),
      rotatePasswords(await scene.part()),
    ]);
    return joinParts({ damage, passwords });
  },
};

async function damageStore(scene: Scene): Promise<RowOutcome> {
  const small = scene.scale < 0.1;
  const server = await scene.redis();
  const transport = scene.transport(server.url);
  const vandal = scene.own(new StoreVandal(server, scene.namespace));
  const receivers = await Promise.all(
    Array.from({ length: RECEIVERS }, () =>
      scene.receiver({ transport, mailboxes: MAILBOXES, concurrency: CONCURRENCY, leaseMs: 5_000, acks: "handler" }),
    ),
  );
  // So that streams are made anew, and losses seen, in quiet too.
  const trickle = await scene.sender({ transport, to: MAILBOXES, count: 10_000_000, perSecond: 20 });
  const load: SenderPlan = {
    transport,
    to: MAILBOXES,
    count: scene.scaled(2_500, 250),
    perSecond: small ? 400 : 1_250,
    // More than the receivers get done: there must be something to take away.
    work: [{ share: 0.5, work: { kind: "sleep", ms: small ? 150 : 40 } }],
  };
  const damage = new WatchedDamage(scene, vandal, receivers);
  // At first they get to know the server.
  await scene.pass(500);
  // Twice, before anything is damaged: one second need not be like the other.
  const idlePerSecond = Math.max(await commandsPerSecond(scene, vandal), await commandsPerSecond(scene, vandal));

  const sent: Promise<void>[] = [];
  let sending = 0;
  const send = async (): Promise<void> => {
    const { done } = await scene.sender(load);
    sending += 1;
    const ends = done.then(() => {
      sending -= 1;
    });
    // Told when it is waited for.
    ends.catch(() => undefined);
    sent.push(ends);
  };
  const sendLoad = () => Promise.all([send(), send()]);
  /** Whether there is more than the receivers have in hand. If not, there will be: when all is sent, somebody sends more. */
  const pilesUp = async (): Promise<boolean> => {
    if ((await vandal.waiting()) > 2 * RECEIVERS * CONCURRENCY) return true;
    if (sending === 0) await sendLoad();
    return false;
  };

  const rounds = small ? 2 : 20;
  const quietPerSecond: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    await sendLoad();
    for (const deed of shuffled(scene)) {
      await scene.pass(scene.between(20, small ? 100 : 200));
      await damage.inflict(deed, pilesUp);
    }
    await scene.until(Promise.all(sent));
    // Save what the trickle brings. What strands here strands again: no need to wait for it in each round.
    if (!(await scene.drained([server], DRAINED_MS, 2))) break;
    const deed = DEEDS[(round + scene.seed) % DEEDS.length] as Deed;
    quietPerSecond.push(await commandsPerSecond(scene, vandal, () => damage.inflict(deed)));
    scene.say(`${round} rounds of ${rounds}`);
  }
  // What a connection was killed under was not accepted: the trickle makes up for it.
  const least = rounds * 2 * load.count;
  await scene.becomes(PATIENCE_MS, async () => (await countAccepted(scene.dir)) >= least);
  await scene.until(trickle.stop());
  await scene.drained([server], DRAINED_MS);
  await scene.stop(receivers);
  const account = await scene.account([server]);
  const { lostToDamage, lostOtherwise, storedTwice } = accountForDamage(account, damage.losses);
  return {
    load: `${account.accepted} messages, ${RECEIVERS} receivers, ${lostToDamage.count} messages taken away unhandled`,
    lost: lostOtherwise.count - account.stranded.count,
    duplicates: account.repeats,
    worstRecoveryMs: worstOf(damage.toldAfterMs.toSorted((a, b) => a - b)),
    checks: [
      atLeast("messages accepted", account.accepted, least),
      ...DEEDS.map((deed) => atLeast(deed, scene.faults[deed] ?? 0, rounds)),
      atLeast("messages taken away unhandled", lostToDamage.count, 1),
      none("accepted messages neither handled nor taken away", lostOtherwise),
      none("accepted messages stranded", account.stranded),
      none("messages left behind in the store", account.leftBehind),
      none("messages that nobody had sent", account.unexpected),
      none("messages stored twice", storedTwice),
      ...ackedOnce(account),
      atMost("losses that were not told", damage.losses.length - damage.toldAfterMs.length, 0),
      atMost(
        "commands in a second of quiet, damage included",
        Math.max(0, ...quietPerSecond),
        2 * idlePerSecond + PARDONED_COMMANDS * (RECEIVERS + 1),
      ),
    ],
  };
}

function shuffled(scene: Scene): Deed[] {
  return DEEDS.map((deed) => ({ deed, rank: scene.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ deed }) => deed);
}

/** Commands that the server ran in a second, or for as long as `act` takes. */
async function commandsPerSecond(scene: Scene, vandal: StoreVandal, act = async () => {}): Promise<number> {
  const before = await vandal.commandsRun();
  const startMs = journalNow();
  await act();
  await scene.pass(Math.max(startMs + 1_000 - journalNow(), 0));
  return ((await vandal.commandsRun()) - before) / ((journalNow() - startMs) / 1_000);
}

async function countAccepted(dir: string): Promise<number> {
  let count = 0;
  await readJournals(dir, ({ letter }) => {
    count += Number(letter === "S");
  });
  return count;
}
