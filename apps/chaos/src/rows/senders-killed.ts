import { startProxy } from "@agentcomm/test-redis";
import type { Actor } from "../actors/actor.js";
import type { Priority } from "../actors/orders.js";
import type { Account } from "../oracle/check-journals.js";
import { checkOrder } from "../oracle/check-order.js";
import { countAdded } from "../oracle/count-added.js";
import type { Entry } from "../oracle/ledger.js";
import { type MessageId, parseMessageId } from "../oracle/message-id.js";
import type { Scene, SenderPlan } from "../scene/scene.js";
import { atLeast, none, nothingLost } from "./checks.js";
import { ENDLESS } from "./endless.js";
import type { Row } from "./row.js";

const PRIORITIES = ["low", "critical", "medium", "high"] as const satisfies readonly Priority[];
/** From the most urgent. */
const URGENCY: readonly Priority[] = ["critical", "high", "medium", "low"];
const LEAST_KILLS = 5;

/**
 * F2: senders are killed in the middle of their work, and new ones take their place. Their line is slow enough that each leaves
 * sends behind that nobody was told of: stored once or not at all, never twice. One mailbox is read by a receiver that handles
 * one message at a time: what it gets is in order, sender by sender, and the most urgent first.
 */
export const sendersKilled: Row = {
  id: "F2",
  title: "kill -9 a random sender",
  invariant: "every accepted id stored once; first in, first out per sender, receiver and priority",
  testScale: 0.01,
  async run(scene) {
    const small = scene.scale < 0.1;
    const server = await scene.redis();
    const direct = scene.transport(server.url);
    const line = scene.own(await startProxy(server.port));
    line.delay(small ? 10 : 2);
    const transport = scene.transport(`redis://${line.host}:${line.port}`);
    const worker = {
      transport,
      to: ["worker"],
      count: ENDLESS,
      work: [{ share: 0.01, work: { kind: "sleep", ms: 20 } }],
    } as const;
    const ordered = {
      transport,
      to: ["ordered"],
      count: ENDLESS,
      priority: PRIORITIES,
      // While one of these runs, others gather behind it.
      work: [{ share: 0.02, work: { kind: "sleep", ms: 60 } }],
    } as const;
    const plans: readonly SenderPlan[] = [
      { ...worker, perSecond: small ? 200 : 4_000 },
      { ...worker, perSecond: small ? 100 : 2_000, payloadBytes: 2_000 },
      { ...ordered, window: 1, perSecond: small ? 100 : 300 },
      { ...ordered, window: 20, perSecond: small ? 100 : 300 },
    ];
    const [one, ...others] = await Promise.all([
      scene.receiver({ transport: direct, mailboxes: ["ordered"], concurrency: 1, leaseMs: 30_000 }),
      scene.receiver({ transport: direct, mailboxes: ["worker"], leaseMs: 30_000 }),
      scene.receiver({ transport: direct, mailboxes: ["worker"], leaseMs: 30_000 }),
    ]);
    const senders = await Promise.all(plans.map((plan) => scene.sender(plan)));
    const goal = scene.scaled(200_000, 2_000);
    const enough = scene.becomes(600_000, async () => {
      const added = await countAdded(server, scene.namespace);
      scene.say(`${added} messages stored`);
      return added >= goal && (scene.faults["sender killed"] ?? 0) >= LEAST_KILLS;
    });
    await scene.whilst(
      enough,
      () => scene.between(100, 400),
      async () => {
        const victim = scene.between(0, senders.length - 1);
        scene.fault("sender killed");
        await (senders[victim] as Actor).kill();
        senders[victim] = await scene.sender(plans[victim] as SenderPlan);
      },
    );
    await scene.stop(senders);
    await scene.drained([server], 120_000);
    await scene.stop([one, ...others]);
    return judge(scene, await scene.account([server]), one.pid, goal);
  },
};

function judge(scene: Scene, account: Account, orderedPid: number, goal: number) {
  const inOrder: Entry[] = [];
  let cutOff = 0;
  let cutOffAndStored = 0;
  for (const entry of account.entries()) {
    if (entry.deliveries[0]?.pid === orderedPid) inOrder.push(entry);
    if (entry.accepted || entry.unknown || entry.nothing) continue;
    cutOff += 1;
    if (entry.handled) cutOffAndStored += 1;
  }
  const { overtaken, lessUrgentFirst, overtaking } = checkOrder(inOrder, (id) => {
    const { sender, number } = parseMessageId(id) as MessageId;
    return { sender, urgency: URGENCY.indexOf(PRIORITIES[number % PRIORITIES.length] as Priority) };
  });
  const kills = scene.faults["sender killed"] ?? 0;
  return {
    load: `${account.accepted} messages, 4 senders at a time, ${inOrder.length} messages read one by one`,
    lost: account.lost.count,
    duplicates: account.repeats,
    worstRecoveryMs: null,
    checks: [
      ...nothingLost(account),
      atLeast("senders killed", kills, LEAST_KILLS),
      atLeast("messages stored", account.accepted + cutOffAndStored, goal),
      atLeast("sends cut off by a kill", cutOff, kills / 4),
      atLeast("of them stored", cutOffAndStored, 1),
      atLeast("urgent messages that overtook others", overtaking, 10),
      none("messages overtaken by a later one of their sender", found(overtaken)),
      none("messages handed out before a more urgent one", found(lessUrgentFirst)),
    ],
  };
}

function found(ids: readonly string[]) {
  return { count: ids.length, ids };
}
