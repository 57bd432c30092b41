import type { Account } from "../oracle/check-journals.js";
import { quantile } from "../oracle/quantile.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, noLess, nothingLost } from "./checks.js";
import type { RowOutcome } from "./row.js";

const SHARE_LEFT = 0.9;
/** Measured: 11 to 25. A small run may be on a machine that is busy with other things. */
const ACCEPTED_WITHIN_MS = { small: 1_000, large: 250 };

/**
 * Senders at a steady pace, one of which begins to send as fast as it can: what is left to the others of what they got through before,
 * and how long their sends take meanwhile.
 */
export async function noisySender(scene: Scene): Promise<RowOutcome> {
  const small = scene.scale < 0.1;
  const server = await scene.redis();
  const transport = scene.transport(server.url);
  const to = ["worker-1", "worker-2"];
  const receivers = await Promise.all(to.map((mailbox) => scene.receiver({ transport, mailboxes: [mailbox] })));
  const senders = small ? 6 : 50;
  const perSecond = small ? 100 : 10;
  const start = () => scene.sender({ transport, to, count: 1_000_000, perSecond, window: 20 });
  const quiet = await Promise.all(Array.from({ length: senders - 1 }, start));
  // Until all of them are under way and have caught up with what they missed while others were starting.
  await scene.pass(small ? 500 : 3_000);
  // As long as the noise will last, about.
  const calm = { fromMs: journalNow(), toMs: 0 };
  await scene.pass(small ? 1_500 : 8_000);
  calm.toMs = journalNow();
  const noisy = await scene.sender({ transport, to, count: scene.scaled(50_000, 16_000) });
  scene.fault("noisy sender");
  await scene.until(noisy.done);
  await scene.stop(quiet);
  await scene.drained([server], 60_000);
  await scene.stop(receivers);
  const account = await scene.account([server]);
  const loud = spanOf(account, senders);
  const before = sentWithin(account, calm);
  const during = sentWithin(account, loud);
  const perMs = (count: number, { fromMs, toMs }: Span): number => count / (toMs - fromMs);
  // Who catches up with what was missed at the start gets more through than the pace, for a while.
  const left = (some: readonly { readonly before: number; readonly during: number }[]): number => {
    const sum = (when: "before" | "during"): number => some.reduce((total, each) => total + each[when], 0);
    return perMs(sum("during"), loud) / Math.min(perMs(sum("before"), calm), (some.length * perSecond) / 1_000);
  };
  const others = quiet.map((_, index) => {
    return { before: before.get(index + 1) ?? 0, during: during.get(index + 1) ?? 0 };
  });
  const quietly = others.reduce((total, each) => total + each.during, 0);
  // At an even pace a time has one message more or less, as it happens to begin: of a single sender that is a share to be counted.
  const worst = Math.min(...others.map((each) => left([{ ...each, during: each.during + 1 }])));
  const waitsMs = sendingTimes(account, loud, senders);
  return {
    load: `${account.accepted} messages, ${senders} senders`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: null,
    checks: [
      ...nothingLost(account),
      atLeast("noisy messages per message of the others", (during.get(senders) ?? 0) / quietly, 2),
      noLess("throughput left to the others", left(others), SHARE_LEFT),
      // In a short time a single one sends too little to tell.
      ...(small ? [] : [noLess("throughput left to the worst served of them", worst, SHARE_LEFT)]),
      atMost("their sends take, p99", quantile(waitsMs, 0.99), ACCEPTED_WITHIN_MS[small ? "small" : "large"], " ms"),
    ],
  };
}

/** On the clock of the journals. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From a sender's first message to its last one. */
function spanOf(account: Account, sender: number): Span {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for (const { id, acceptedAtMs } of account.entries()) {
    if (acceptedAtMs === 0 || !id.startsWith(`${sender}.`)) continue;
    fromMs = Math.min(fromMs, acceptedAtMs);
    toMs = Math.max(toMs, acceptedAtMs);
  }
  return { fromMs, toMs };
}

/** How long the sends took that every sender but one began in that time, in milliseconds, sorted. */
function sendingTimes(account: Account, { fromMs, toMs }: Span, noisy: number): Float64Array {
  const found: number[] = [];
  for (const { id, attemptedAtMs, acceptedAtMs } of account.entries()) {
    const isMeant = attemptedAtMs >= fromMs && attemptedAtMs < toMs && !id.startsWith(`${noisy}.`);
    if (isMeant && acceptedAtMs > 0) found.push(acceptedAtMs - attemptedAtMs);
  }
  return Float64Array.from(found).sort();
}

/** How many messages of each sender were accepted in that time. */
function sentWithin(account: Account, { fromMs, toMs }: Span) {
  const counts = new Map<number, number>();
  for (const { id, acceptedAtMs } of account.entries()) {
    const sender = Number.parseInt(id, 10);
    if (acceptedAtMs >= fromMs && acceptedAtMs < toMs) counts.set(sender, (counts.get(sender) ?? 0) + 1);
  }
  return counts;
}
