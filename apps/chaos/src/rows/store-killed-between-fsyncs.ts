import { join } from "node:path";
import type { RedisServer } from "@agentcomm/test-redis";
import type { Account } from "../oracle/check-journals.js";
import { parseMessageId } from "../oracle/message-id.js";
import type { Scene } from "../scene/scene.js";
import { type SlowFsync, slowFsync } from "../scene/slow-fsync.js";
import { atLeast, atMost, deadLetters, exactly, none } from "./checks.js";
import { type Besetting, killStoreUnderLoad } from "./kill-store.js";
import { missingNeed } from "./needs.js";
import { acceptedFrom, type Outage, outageChecks, outagesOf } from "./outages.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const CONCURRENCY = 50;
const FSYNC_MS = 3_000;
/** Redis writes without waiting for an fsync that takes longer than two seconds, and looks at that once a second. */
const AT_STAKE_MS = 3_000;
/** Redis syncs once a second. */
const SYNCED_WITHIN_MS = 30_000;

/**
 * F4: the server is killed while it has its data written to disk once a second. Mostly the operating system has them before each
 * answer; but while an fsync is under way Redis keeps them to itself, and then a kill loses what was accepted meanwhile, and acks too.
 * On a normal disk that is rare; with fdatasync slowed it is not. This is measured, and never called safe. Both run side by side, each
 * with a server of its own.
 */
export const storeKilledBetweenFsyncs: Row = {
  id: "F4",
  title: "Redis kill -9 and restart ×10, appendfsync everysec: on a normal disk, and with fdatasync slowed",
  invariant: "reported as measured; nothing is lost but what was accepted right before a kill",
  testScale: 0.02,
  async run(scene) {
    const kills = scene.scaled(10, 2);
    const missing = await missingNeed(["strace"]);
    const [normal, slowed] = await Promise.all([
      killUnderLoad(scene, kills, { title: "on a normal disk", sender: 1 }),
      missing === undefined ? killWithSlowFsync(scene, kills) : undefined,
    ]);
    const phases = slowed === undefined ? [normal] : [normal, slowed];
    const account = await scene.account(phases.map(({ server }) => server));
    const losses = phases.map((phase) => lossesOf(account, phase));
    const oldestMs = Math.max(...losses.map((loss) => loss.oldestMs));
    const texts = losses.map(({ text }) => text);
    if (missing !== undefined) texts.push(`with fdatasync slowed: not run, ${missing}`);
    const kept = phases.flatMap(({ sender, outages }) =>
      outagesOf(acceptedFrom(account, sender), outages, account.took),
    );
    return {
      load: `${account.accepted} messages, ${phases.length} servers with 2 receivers each, appendfsync everysec`,
      limit: texts.join("; "),
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(kept.sort((a, b) => a - b)),
      checks: [
        none("accepted messages stranded", account.stranded),
        none("messages left behind in the store", account.leftBehind),
        none("messages that nobody had sent", account.unexpected),
        ...phases.flatMap(({ title, sender, outages }) =>
          outageChecks(`kills ${title}`, acceptedFrom(account, sender), outages, {
            times: kills,
            mostMs: 3_000,
            took: account.took,
          }),
        ),
        atMost("messages not accepted in the end", account.attempted - account.accepted, 0),
        atMost("longest time before a kill that something lost had been accepted", oldestMs, AT_STAKE_MS, " ms"),
        exactly("dead letters", deadLetters(account), 0),
        ...(slowed === undefined ? [] : [atLeast("calls of fdatasync slowed", slowed.calls, kills)]),
      ],
    };
  },
};

/** One server's part of the row. */
interface Phase {
  readonly title: string;
  readonly sender: number;
  readonly server: RedisServer;
  readonly outages: readonly Outage[];
}

async function killUnderLoad(
  scene: Scene,
  kills: number,
  phase: Pick<Phase, "title" | "sender">,
  beset?: (server: RedisServer) => Promise<Besetting>,
): Promise<Phase> {
  const small = scene.scale < 0.1;
  const plan = {
    sender: phase.sender,
    messages: scene.scaled(100_000),
    perSecond: small ? 600 : 2_500,
    kills,
    concurrency: CONCURRENCY,
    leaseMs: small ? 2_500 : 10_000,
    config: { appendonly: "yes", appendfsync: "everysec" },
    ...(beset === undefined ? {} : { beset }),
  };
  return { ...phase, ...(await killStoreUnderLoad(scene, plan)) };
}

async function killWithSlowFsync(scene: Scene, kills: number): Promise<Phase & { readonly calls: number }> {
  const slowed: SlowFsync[] = [];
  const title = `with each fdatasync taking ${FSYNC_MS / 1_000} s`;
  const phase = await killUnderLoad(scene, kills, { title, sender: 2 }, async ({ pid }) => {
    const one = scene.own(await slowFsync(pid, FSYNC_MS, join(scene.dir, `fdatasync.${pid}`)));
    slowed.push(one);
    const tookEffect = () => scene.becomes(SYNCED_WITHIN_MS, async () => (await one.calls()) > 0);
    return { tookEffect, [Symbol.asyncDispose]: () => one[Symbol.asyncDispose]() };
  });
  let calls = 0;
  for (const one of slowed) calls += await one.calls();
  scene.fault("fdatasync slowed", calls);
  return { ...phase, calls };
}

/** What a phase lost, in words; and how long before a kill the oldest of it had been accepted. */
function lossesOf(account: Account, { title, sender, outages }: Phase): { text: string; oldestMs: number } {
  let all = 0;
  let lost = 0;
  let repeats = 0;
  let oldestMs = 0;
  for (const { id, accepted, acceptedAtMs, handled, deliveries } of account.entries()) {
    if (parseMessageId(id)?.sender !== sender) continue;
    all += Number(accepted);
    repeats += Math.max(deliveries.length - 1, 0);
    // Everything was drained and nothing is dead: what was never handled is gone.
    if (!accepted || handled) continue;
    lost += 1;
    const kill = outages.find(({ toMs }) => toMs > acceptedAtMs);
    oldestMs = Math.max(oldestMs, kill === undefined ? Number.POSITIVE_INFINITY : kill.fromMs - acceptedAtMs);
  }
  const since = lost === 0 ? "" : `, the oldest accepted ${Math.round(oldestMs)} ms before a kill`;
  return { text: `${title}: ${lost} of ${all} accepted messages lost${since}; ${repeats} repeats`, oldestMs };
}
