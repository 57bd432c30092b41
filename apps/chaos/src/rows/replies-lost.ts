import { startProxy, type TcpProxy } from "@agentcomm/test-redis";
import { AcceptedWatch } from "../oracle/accepted-watch.js";
import { journalNow } from "../oracle/read-journals.js";
import { createRandom } from "../scene/random.js";
import type { Scene } from "../scene/scene.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import { ENDLESS } from "./endless.js";
import { firstDeliveryWaits } from "./first-delivery-waits.js";
import type { Row } from "./row.js";
import { worstOf } from "./worst-of.js";

const LEASE_MS = 1_500;
/** Long enough that its lease must be renewed, and some renewals' answers get lost. */
const LONG_WORK_MS = 2_000;
const STALL_MS = 500;
const LEAST_LOST = 3;
const LEAST_DISTURBED = 3;
const PATIENCE_MS = 600_000;

/**
 * F8: of the chunks in which a server's answers come, each of which holds those to one command or to many, one in a hundred is
 * lost, and with it all that follows on that connection, until that is reset: what was asked for has been done, and nobody hears of it. Some connections are not even reset: the transport itself has
 * to give them up. First a backlog is drained through such lines, then a steady load far below what the machine can do goes
 * through lines that are slow and cut everything to pieces as well, so that a message has nothing to wait for but what got lost.
 * The wait is counted from before the send, so that no doubt about when a message was stored makes it look shorter.
 */
export const repliesLost: Row = {
  id: "F8",
  title: "proxy drops replies only, 1 % of commands, then resets",
  invariant: "lost 0; stored twice 0; stranded longer than 2 leases 0",
  testScale: 0.005,
  async run(scene) {
    const small = scene.scale < 0.1;
    const server = await scene.redis();
    // A small run has too few of them for one in a hundred.
    const chance = small ? 0.03 : 0.01;
    const lines = {
      senders: await lossyLine(scene, server.port, chance, 1),
      receivers: await lossyLine(scene, server.port, chance, 2),
      "receivers that renew": await lossyLine(scene, server.port, chance, 3),
    };
    const through = (line: TcpProxy) => scene.transport(`redis://${line.host}:${line.port}`, { stallMs: STALL_MS });
    const sendersReach = through(lines.senders);

    const backlog = { transport: sendersReach, to: ["worker"], count: scene.scaled(100_000, 250) };
    const early = await Promise.all([scene.sender(backlog), scene.sender(backlog)]);
    await scene.until(Promise.all(early.map((sender) => sender.done)));

    const receiver = { mailboxes: ["worker"], concurrency: 400, leaseMs: LEASE_MS } as const;
    const receivers = await Promise.all([
      ...(["handler", "handler", "subscription", "subscription"] as const).map((acks) =>
        scene.receiver({ ...receiver, transport: through(lines.receivers), acks }),
      ),
      ...(["handler", "subscription"] as const).map((acks) =>
        scene.receiver({
          ...receiver,
          transport: through(lines["receivers that renew"]),
          mailboxes: ["slow"],
          acks,
        }),
      ),
    ]);
    await scene.drained([server], 60_000);

    const steadyFrom = journalNow();
    const perSecond = small ? 200 : 1_000;
    const work = [{ share: 0.05, work: { kind: "sleep", ms: 20 } }] as const;
    const steady = { transport: sendersReach, to: ["worker"], count: ENDLESS, perSecond, work };
    const senders = await Promise.all([
      ...[1, 2, 3, 4].map(() => scene.sender(steady)),
      scene.sender({
        transport: sendersReach,
        to: ["slow"],
        count: ENDLESS,
        perSecond: 50,
        work: [{ share: 1, work: { kind: "sleep", ms: LONG_WORK_MS } }],
      }),
    ]);
    const goal = early.length * backlog.count + scene.scaled(300_000, 2_100);
    const accepted = new AcceptedWatch(scene.dir);
    const disturbed = () => (scene.faults["line slowed"] ?? 0) + (scene.faults["line sliced"] ?? 0);
    const enough = scene.becomes(PATIENCE_MS, async () => {
      const isBroken = Object.values(lines).every(({ cuts }) => cuts >= LEAST_LOST) && disturbed() >= LEAST_DISTURBED;
      return isBroken && (await accepted.count()) >= goal;
    });
    await scene.whilst(
      enough,
      () => (small ? 250 : 2_000),
      async () => disturb(scene, Object.values(lines)),
    );
    await scene.stop(senders);
    await scene.drained([server], 60_000);
    for (const [whose, line] of Object.entries(lines)) {
      scene.fault(`reply to ${whose} lost`, line.cuts);
      line.mend();
    }
    await scene.stop(receivers);
    const account = await scene.account([server]);
    const waitsMs = firstDeliveryWaits(account, steadyFrom);
    return {
      load: `${account.accepted} messages, ${senders.length + early.length} senders, ${receivers.length} receivers, lease ${LEASE_MS / 1_000} s`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: worstOf(waitsMs),
      checks: [
        ...nothingLost(account),
        ...Object.entries(lines).map(([whose, { cuts }]) => atLeast(`replies to ${whose} lost`, cuts, LEAST_LOST)),
        atLeast("slowed or sliced lines", disturbed(), LEAST_DISTURBED),
        atMost("longest wait for the first delivery", waitsMs.at(-1) ?? Number.POSITIVE_INFINITY, 2 * LEASE_MS, " ms"),
      ],
    };
  },
};

/** A line that loses replies from the start. One in five connections that lost some is not reset. */
async function lossyLine(scene: Scene, port: number, chance: number, number: number): Promise<TcpProxy> {
  const line = scene.own(await startProxy(port));
  const random = createRandom(scene.seed + number);
  line.loseSome(chance, { random, cutAfterMs: () => (random() < 0.2 ? 600_000 : random() * 100) });
  return line;
}

/** One line gets slow, or slices, or both, or neither. */
function disturb(scene: Scene, lines: readonly TcpProxy[]): void {
  const line = lines[scene.between(0, lines.length - 1)] as TcpProxy;
  const slow = scene.random() < 0.5;
  const sliced = scene.random() < 0.5;
  if (slow) scene.fault("line slowed");
  if (sliced) scene.fault("line sliced");
  line.delay(slow ? scene.between(1, 10) : 0);
  line.slice(sliced ? scene.between(200, 1_400) : Number.POSITIVE_INFINITY);
}
