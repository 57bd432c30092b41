import type { Account } from "../oracle/check-journals.js";
import { quantile } from "../oracle/quantile.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import type { RowOutcome } from "./row.js";

const HIGH_WITHIN_MS = 1_000;

/** A flood of low priority, more than the receivers get done, and a trickle of high, which must not wait behind it. */
export async function floodOfLow(scene: Scene): Promise<RowOutcome> {
  const server = await scene.redis();
  const transport = scene.transport(server.url);
  // Two receivers get some 4,000 of these a second done; in a small run, whose flood is soon over, a third of that.
  const work = [{ share: 1, work: { kind: "sleep", ms: scene.scale < 0.1 ? 150 : 50 } }] as const;
  const receivers = await Promise.all(
    [1, 2].map(() => scene.receiver({ transport, mailboxes: ["worker"], concurrency: 100, leaseMs: 10_000 })),
  );
  const trickle = await scene.sender({
    transport,
    to: ["worker"],
    count: 1_000_000,
    perSecond: 50,
    priority: "high",
    work,
  });
  const flood = await scene.sender({
    transport,
    to: ["worker"],
    count: scene.scaled(100_000, 8_000),
    priority: "low",
    work,
  });
  scene.fault("flood");
  await scene.until(flood.done);
  await scene.drained([server], 120_000, 100);
  await scene.until(trickle.stop());
  await scene.drained([server], 30_000);
  await scene.stop(receivers);
  const account = await scene.account([server]);
  const high = waits(account, "1.");
  return {
    load: `${account.accepted} messages, 2 receivers`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: null,
    checks: [
      ...nothingLost(account),
      // Else it was no flood.
      atLeast("low priority waits, p95", quantile(waits(account, "2."), 0.95), HIGH_WITHIN_MS, " ms"),
      atLeast("messages of high priority", high.length, 20),
      atMost("high priority waits, p99", quantile(high, 0.99), HIGH_WITHIN_MS, " ms"),
    ],
  };
}

/** Milliseconds between the end of a send and the first handing-out, sorted, for ids that start so. */
function waits(account: Account, prefix: string): Float64Array {
  const found: number[] = [];
  for (const { id, acceptedAtMs, deliveries } of account.entries()) {
    const [first] = deliveries;
    if (id.startsWith(prefix) && acceptedAtMs > 0 && first)
      found.push(Math.max(account.took(acceptedAtMs, first.atMs), 0));
  }
  return Float64Array.from(found).sort();
}
