import type { RedisOptions, RedisServer } from "@agentcomm/test-redis";
import { AcceptedWatch } from "../oracle/accepted-watch.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { beingAccepted } from "./being-accepted.js";
import { ENDLESS } from "./endless.js";
import type { Outage } from "./outages.js";

/** What a store is killed under. */
export interface KillPlan {
  /** Of the server. */
  readonly config: NonNullable<RedisOptions["config"]>;
  /** The number of its sender: 1, where there is only one. */
  readonly sender?: number;
  /** At least: it goes on until the last kill is over. */
  readonly messages: number;
  readonly perSecond: number;
  readonly kills: number;
  /** Of each of the two receivers. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** Called with each process of the server, before it gets messages; what comes back is disposed of when that process is killed. */
  readonly beset?: (server: RedisServer) => Promise<Besetting>;
}

/** What makes life hard for a process of the server. */
export interface Besetting extends AsyncDisposable {
  /** Resolves once it has done so: the process is not killed before. */
  tookEffect(): Promise<unknown>;
}

const RECEIVERS = 2;
/** One message in so many goes to a mailbox that nobody reads before the last kill: what is lost in the store is missed there. */
const SHELVED = 20;
const PATIENCE_MS = 300_000;

/**
 * Starts a server, sends and receives, and meanwhile kills the server again and again and starts it at once: spread over the time
 * that sending takes, and each time while messages are being accepted. Resolves to the outages, once everything is sent and handled and the receivers have ended.
 */
export async function killStoreUnderLoad(
  scene: Scene,
  plan: KillPlan,
): Promise<{ readonly server: RedisServer; readonly outages: Outage[] }> {
  const { sender: number = 1, messages, perSecond, kills, concurrency, leaseMs, beset } = plan;
  const everyMs = ((messages / perSecond) * 1_000) / (kills + 1);
  // A sender that was kept up catches up: outages do not make it last longer.
  const killsAtMs = Array.from({ length: kills }, (_, index) => everyMs * (index + 0.75 + 0.5 * scene.random()));
  const server = await scene.redis({ config: plan.config });
  const transport = scene.transport(server.url);
  const startReceivers = (mailbox: string) => {
    const order = { transport, mailboxes: [mailbox], concurrency, leaseMs, acks: "handler" } as const;
    return Promise.all(Array.from({ length: RECEIVERS }, () => scene.receiver(order)));
  };
  let besetting = await beset?.(server);
  const receivers = await startReceivers("worker");
  const sender = await scene.sender({
    transport,
    sender: number,
    to: ["shelf", ...Array<string>(SHELVED - 1).fill("worker")],
    count: ENDLESS,
    perSecond,
    onFailure: "repeat",
    // So that kills meet handlers at work.
    work: [{ share: 0.1, work: { kind: "sleep", ms: 50 } }],
  });
  const start = performance.now();
  const outages: Outage[] = [];
  for (const atMs of killsAtMs) {
    await scene.pass(Math.max(atMs - (performance.now() - start), 0));
    await besetting?.tookEffect();
    await beingAccepted(scene, sender);
    const fromMs = journalNow();
    scene.fault("Redis killed and started");
    await Promise.all([server.kill(), besetting?.[Symbol.asyncDispose]()]);
    await server.restart();
    outages.push({ fromMs, toMs: journalNow() });
    besetting = await beset?.(server);
    scene.say(`the store of sender ${number} was killed ${outages.length} times`);
  }
  const accepted = new AcceptedWatch(scene.dir);
  await scene.becomes(PATIENCE_MS, async () => (await accepted.count(sender.pid)) >= messages);
  await scene.until(sender.stop());
  await besetting?.[Symbol.asyncDispose]();
  receivers.push(...(await startReceivers("shelf")));
  await scene.drained([server], 120_000);
  await scene.stop(receivers);
  return { server, outages };
}
