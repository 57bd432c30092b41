import type { Account } from "../oracle/check-journals.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, noLess, nothingLost } from "./checks.js";
import type { RowOutcome } from "./row.js";

const SHARE_LEFT = 0.9;

/** Senders at a steady pace, one of which begins to send as fast as it can: what is left to the others of what they got through before. */
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
  const perMs = (count: number, { fromMs, toMs }: typeof calm): number => count / (toMs - fromMs);
  const others = quiet.map((_, index) => {
    return { before: before.get(index + 1) ?? 0, during: during.get(index + 1) ?? 0 };
  });
  const sum = (when: "before" | "during"): number => others.reduce((total, each) => total + each[when], 0);
  const left = perMs(sum("during"), loud) / perMs(sum("before"), calm);
  const worst = Math.min(...others.map((each) => perMs(each.during, loud) / perMs(each.before, calm)));
  return {
    load: `${account.accepted} messages, ${senders} senders`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: null,
    checks: [
      ...nothingLost(account),
      atLeast("noisy messages per message of the others", (during.get(senders) ?? 0) / sum("during"), 2),
      noLess("throughput left to the others", left, SHARE_LEFT),
      // In a short time a single one sends too little to tell.
      ...(small ? [] : [noLess("throughput left to the worst served of them", worst, SHARE_LEFT)]),
    ],
  };
}

/** From a sender's first message to its last one. */
function spanOf(account: Account, sender: number): { readonly fromMs: number; readonly toMs: number } {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for (const { id, acceptedAtMs } of account.entries()) {
    if (acceptedAtMs === 0 || !id.startsWith(`${sender}.`)) continue;
    fromMs = Math.min(fromMs, acceptedAtMs);
    toMs = Math.max(toMs, acceptedAtMs);
  }
  return { fromMs, toMs };
}

/** How many messages of each sender were accepted in that time. */
function sentWithin(account: Account, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  const counts = new Map<number, number>();
  for (const { id, acceptedAtMs } of account.entries()) {
    const sender = Number.parseInt(id, 10);
    if (acceptedAtMs >= fromMs && acceptedAtMs < toMs) counts.set(sender, (counts.get(sender) ?? 0) + 1);
  }
  return counts;
}
