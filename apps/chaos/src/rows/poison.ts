import type { Work } from "../actors/orders.js";
import type { Account } from "../oracle/check-journals.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, exactly, noLess, nothingLost } from "./checks.js";
import { keepManned } from "./keep-manned.js";
import type { Row } from "./row.js";
import { addUnreadable, readUnreadable } from "./strangers.js";

const CONCURRENCY = 5;
const HANDLER_MS = 80;
const SHARE_LEFT = 0.8;
/**
 * Of 500. Each that ends its process does so five times, and a new process costs as much of the processor as hundreds of messages:
 * with many more of these it is the starting of processes that is measured.
 */
const KINDS: readonly (readonly [share: number, work: Work])[] = [
  [390, { kind: "throw" }],
  [100, { kind: "hang" }],
  [5, { kind: "exit" }],
  [5, { kind: "abort" }],
];

/**
 * F17: messages that no handler survives, among others that are handled beside them in the same processes; and entries that cannot
 * be read. Before it the same load without them, to compare with.
 */
export const poison: Row = {
  id: "F17",
  title: "poison: throws, exits, aborts, hangs",
  invariant: "one dead letter for each, all others done, throughput ≥ 80 % of clean",
  testScale: 0.02,
  async run(scene) {
    const small = scene.scale < 0.1;
    const receivers = small ? 4 : 16;
    const poisonous = scene.scaled(500, 10);
    const plan = {
      receivers,
      good: scene.scaled(50_000, 1_000) - poisonous,
      poisonous,
      strange: scene.scaled(120, 12),
    };
    const clean = await handle(await scene.part(), { ...plan, good: scene.scaled(12_000), poisonous: 0, strange: 0 });
    const { account, deaths, left, found, perSecond } = await handle(await scene.part(), plan);
    const bad = badOf(account);
    return {
      load: `${account.accepted} messages, ${bad.poison} of them poison; ${receivers} receivers, ${CONCURRENCY} at once in each`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: null,
      checks: [
        ...nothingLost(account, { dead: bad.poison + left.length }),
        atLeast("poison", bad.poison, poisonous),
        atLeast("processes ended by a message", deaths, 1),
        exactly("dead letters: poison", account.dead.poison ?? 0, bad.poison),
        exactly("dead letters: unreadable", account.dead.unreadable ?? 0, left.length),
        atMost("unreadable entries not kept byte for byte", missing(left, found), 0),
        atMost("other messages not done, those that were beside poison among them", bad.notDone, 0),
        // A small run is over before it comes to a steady pace.
        ...(small ? [] : [noLess("throughput, of what it is without poison", perSecond / clean.perSecond, SHARE_LEFT)]),
      ],
    };
  },
};

interface Plan {
  readonly receivers: number;
  /** Messages that do no harm. */
  readonly good: number;
  readonly poisonous: number;
  /** Entries that cannot be read. */
  readonly strange: number;
}

/** Sends and handles all of it. The harmless messages are the first sender's. */
async function handle(scene: Scene, { receivers, good, poisonous, strange }: Plan) {
  const server = await scene.redis();
  const transport = scene.transport(server.url, { retryBackoff: { minMs: 50, maxMs: 500 } });
  const times =
    scene.scale < 0.1 ? { leaseMs: 1_500, attemptTimeoutMs: 1_000 } : { leaseMs: 500, attemptTimeoutMs: 300 };
  const plan = { transport, mailboxes: ["worker"], concurrency: CONCURRENCY, ...times };
  const crew = await keepManned(scene, { ...plan, mayDie: true }, receivers);
  const perSecond = (receivers * CONCURRENCY * 1_000) / HANDLER_MS;
  const harmless = [{ share: 1, work: { kind: "sleep", ms: HANDLER_MS } }] as const;
  const senders = [
    await scene.sender({ transport, to: ["worker"], count: good, perSecond: 2 * perSecond, work: harmless }),
  ];
  for (const [share, work] of poisonous === 0 ? [] : KINDS) {
    const count = Math.max(Math.round((poisonous * share) / 500), 1);
    // Spread over what the harmless ones take.
    const pace = Math.max((count * perSecond) / good, 1);
    senders.push(await scene.sender({ transport, to: ["worker"], count, perSecond: pace, work: [{ share: 1, work }] }));
    scene.fault(`poison: ${work.kind}`, count);
  }
  const left = strange === 0 ? [] : await addUnreadable(scene, server, "worker", strange);
  scene.fault("unreadable entry", left.length);
  await scene.until(Promise.all(senders.map((sender) => sender.done)));
  await scene.drained([server], 180_000);
  const deaths = await crew.stop();
  const account = await scene.account([server]);
  const found = await readUnreadable(scene, server, "worker");
  return { account, deaths, left, found, perSecond: rateOf(account) };
}

/** Harmless messages a second, from the first to nine tenths of them: the rest may wait for leases of processes that ended. */
function rateOf(account: Account): number {
  const doneAtMs: number[] = [];
  let firstMs = Number.POSITIVE_INFINITY;
  for (const { id, handledAtMs, deliveries } of account.entries()) {
    if (!id.startsWith("1.") || handledAtMs === 0) continue;
    doneAtMs.push(handledAtMs);
    firstMs = Math.min(firstMs, deliveries[0]?.atMs ?? firstMs);
  }
  doneAtMs.sort((a, b) => a - b);
  const count = Math.ceil(doneAtMs.length * 0.9);
  return (count * 1_000) / ((doneAtMs[count - 1] ?? Number.NaN) - firstMs);
}

/** How many messages were poison, and how many of the others were never done. */
function badOf(account: Account): { readonly poison: number; readonly notDone: number } {
  let poison = 0;
  let notDone = 0;
  for (const { id, accepted, handled } of account.entries()) {
    if (!id.startsWith("1.")) poison += Number(accepted);
    else if (accepted && !handled) notDone += 1;
  }
  return { poison, notDone };
}

/** How many of `left` are not among `found`, each counted as often as it stands there. */
function missing(left: readonly string[], found: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const each of found) counts.set(each, (counts.get(each) ?? 0) + 1);
  let count = 0;
  for (const each of left) {
    const more = counts.get(each) ?? 0;
    if (more <= 0) count += 1;
    counts.set(each, more - 1);
  }
  return count;
}
