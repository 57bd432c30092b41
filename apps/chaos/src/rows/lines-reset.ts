import { startProxy, type TcpProxy } from "@agentcomm/test-redis";
import type { Actor } from "../actors/actor.js";
import type { Usage } from "../actors/usage.js";
import { AcceptedWatch } from "../oracle/accepted-watch.js";
import { measureServer } from "../oracle/measure-server.js";
import { journalNow } from "../oracle/read-journals.js";
import { atLeast, atMost, nothingLost } from "./checks.js";
import { ENDLESS } from "./endless.js";
import type { Row } from "./row.js";

const STALL_MS = 500;
/** Much longer than any client takes to connect again. */
const CONNECTED_WITHIN_MS = 20_000;
const PATIENCE_MS = 300_000;
/** The heap after a collection differs by so much by itself. What one reset leaves behind, a socket and a client, is some 20 KiB. */
const HEAP_NOISE_BYTES = 4 * 1_024 * 1_024;

/**
 * F9: all connections are reset every 200 to 500 ms; now and then the server's ends are closed and the clients' ends stay open and
 * silent, until the transport gives them up. There must be connections to be hit: most clients have connected again before the next
 * reset. What the processes use is measured once a fifth of the time is over, so that all
 * code has run and all buffers have grown, and again at the end.
 */
export const linesReset: Row = {
  id: "F9",
  title: "reset every 200–500 ms for 5 min",
  invariant: "lost 0; no leak of sockets, listeners, memory",
  testScale: 0.01,
  async run(scene) {
    const durationMs = Math.max(300_000 * scene.scale, 4_500);
    const goal = scene.scaled(200_000, 2_000);
    const server = await scene.redis();
    const lines = [scene.own(await startProxy(server.port)), scene.own(await startProxy(server.port))] as const;
    const [toSenders, toReceivers] = lines.map(({ host, port }) =>
      scene.transport(`redis://${host}:${port}`, { stallMs: STALL_MS }),
    ) as [ReturnType<typeof scene.transport>, ReturnType<typeof scene.transport>];
    const perSecond = (1_100 * goal) / durationMs / 2;
    const work = [
      { share: 0.1, work: { kind: "sleep", ms: 20 } },
      { share: 0.001, work: { kind: "sleep", ms: 2_000 } },
    ] as const;
    const sender = { transport: toSenders, to: ["worker"], count: ENDLESS, perSecond, work };
    const receiver = { transport: toReceivers, mailboxes: ["worker"], leaseMs: 3_000 };
    const receivers = await Promise.all([1, 2, 3].map(() => scene.receiver(receiver)));
    const senders = await Promise.all([1, 2].map(() => scene.sender(sender)));
    const actors = [...receivers, ...senders];
    // Two of each receiver, one of each sender.
    const normal = 2 * receivers.length + senders.length;
    const open = () => lines.reduce((sum, line) => sum + line.open, 0);
    const made = () => lines.reduce((sum, line) => sum + line.made, 0);
    const calm = () => scene.becomes(CONNECTED_WITHIN_MS, async () => open() === normal);

    await calm();
    // One in ten leaves connections half-open, and takes its time.
    const halfOpen = scene.between(0, 9);
    let faults = 0;
    let madeBefore = 0;
    const leaveHalfOpen = async (): Promise<number> => {
      const line = lines[scene.between(0, 1)] as TcpProxy;
      await scene.becomes(CONNECTED_WITHIN_MS, async () => line.open > 0);
      return line.abandon();
    };
    const cutAll = async (): Promise<number> => {
      await scene.becomes(CONNECTED_WITHIN_MS, async () => open() > 0 && made() >= madeBefore + actors.length);
      madeBefore = made();
      return lines.reduce((sum, line) => sum + line.cut(), 0);
    };
    const reset = async (share: number): Promise<void> => {
      const last = faults + (share * durationMs) / 450;
      for (const end = journalNow() + share * durationMs; journalNow() < end || faults < last; ) {
        await scene.pass(scene.between(200, 500));
        const isHalfOpen = faults % 10 === halfOpen;
        const hit = await (isHalfOpen ? leaveHalfOpen() : cutAll());
        if (hit === 0) continue;
        faults += 1;
        scene.fault(isHalfOpen ? "connections half-open" : "connections reset");
        if (isHalfOpen) await scene.pass(2 * STALL_MS);
        scene.say(`${faults} resets`);
      }
    };
    await reset(1 / 5);
    await calm();
    const early = await measureAll(actors);
    await reset(4 / 5);
    const accepted = new AcceptedWatch(scene.dir);
    await scene.becomes(PATIENCE_MS, async () => (await accepted.count()) >= goal);
    const isCalm = await calm();
    const late = await measureAll(actors);
    // A connection whose end is on its way is none that was left behind.
    let connections = 0;
    await scene.becomes(5_000, async () => {
      connections = (await measureServer(server, scene.namespace)).connections;
      return connections <= normal;
    });
    await scene.stop(senders);
    await scene.drained([server], 60_000);
    await scene.stop(receivers);
    const { consumers } = await measureServer(server, scene.namespace);
    const account = await scene.account([server]);
    const resets = scene.faults["connections reset"] ?? 0;
    return {
      load: `${account.accepted} messages, ${resets} resets, ${made()} connections made`,
      lost: account.lost.count,
      duplicates: account.repeats,
      worstRecoveryMs: null,
      checks: [
        ...nothingLost(account),
        atLeast("messages accepted", account.accepted, goal),
        atLeast("resets of all connections", resets, (0.9 * durationMs) / 450 - 1),
        atLeast("connections half-open", scene.faults["connections half-open"] ?? 0, 1),
        atLeast("connections made", made(), resets * actors.length),
        atMost("connections of the clients beyond the normal number", isCalm ? 0 : 1, 0),
        atMost("connections of the server beyond the normal number", connections - normal, 0),
        atMost("open sockets and files that came to stay, worst process", worst(early, late, "openFiles"), 0),
        atMost("warnings of Node", late.flatMap(({ warnings }) => warnings).length, 0),
        atMost("heap that came to stay, worst process", worst(early, late, "heapBytes"), HEAP_NOISE_BYTES, " bytes"),
        atMost("consumers left behind", consumers, 0),
      ],
    };
  },
};

function measureAll(actors: readonly Actor[]): Promise<Usage[]> {
  return Promise.all(actors.map((actor) => actor.measure()));
}

/** By how much the process uses more that has grown most. */
function worst(early: readonly Usage[], late: readonly Usage[], what: "openFiles" | "heapBytes"): number {
  return Math.max(...late.map((usage, index) => usage[what] - (early[index]?.[what] ?? 0)));
}
