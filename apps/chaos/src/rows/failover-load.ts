import type { Actor } from "../actors/actor.js";
import type { TransportOrder } from "../actors/orders.js";
import { acceptedSince } from "../oracle/accepted-since.js";
import { HeldWatch } from "../oracle/held-watch.js";
import type { StoreAddress } from "../oracle/raw-store.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";
import { isBeingAccepted } from "./being-accepted.js";
import { HEARD_MS } from "./work-through.js";

/** What is under way while servers fail over. */
export interface FailoverLoad {
  /** Resolves once the sender that goes on has had a send to each mailbox accepted later than `atMs`, on the clock of the journals. */
  acceptedAfter(atMs: number): Promise<void>;
  /**
   * Resolves once sends are being accepted, and there is a handler that has been at work for so long that a replica knows, and goes on;
   * it began later than `atMs`.
   */
  atWorkSince(atMs: number): Promise<void>;
  /** Waits for all to be sent and handled by what is stored at `nodes`, and ends it. */
  end(nodes: readonly StoreAddress[]): Promise<void>;
}

/** How much is under way. */
export interface FailoverLoadPlan {
  /** How senders reach the store, and how receivers do. */
  readonly sending: TransportOrder;
  readonly receiving: TransportOrder;
  readonly mailboxes: readonly string[];
  readonly messages: number;
  readonly perSecond: number;
  /** Longer than any fault lasts: who is alive keeps what it holds. */
  readonly leaseMs: number;
}

/** Sends of the one that goes on until the end, a second: no fault finds nobody sending. */
const TRICKLE = 50;
/** Handlers at work while servers change their parts: some sixty at any time, and a few where only one sends. */
const LONG_WORK = { kind: "sleep", ms: 3_000 } as const;
const LONG_WORKS_PER_SECOND = 20;
const LONG_WORKS_OF_TRICKLE = 2;
/** What is left of long work when a fault is brought about. */
const WORK_LEFT_MS = 1_000;
/** How long sends may fail after a fault until something is wrong with the row. */
const PATIENCE_MS = 60_000;

/**
 * Two senders, one that leaves what fails and one that repeats it, two receivers that ack for certain, and a third sender which goes
 * on until the end, however long the faults take. Each of them outlives all faults.
 */
export async function startFailoverLoad(
  scene: Scene,
  { sending, receiving, mailboxes, messages, perSecond, leaseMs }: FailoverLoadPlan,
): Promise<FailoverLoad> {
  const receive = { transport: receiving, mailboxes, concurrency: 100, leaseMs, acks: "handler" } as const;
  const receivers = await Promise.all([1, 2].map(() => scene.receiver(receive)));
  const work = [{ share: LONG_WORKS_PER_SECOND / perSecond, work: LONG_WORK }];
  const send = (onFailure: "leave" | "repeat"): Promise<Actor> =>
    scene.sender({
      transport: sending,
      to: mailboxes,
      count: Math.ceil(messages / 2),
      perSecond: perSecond / 2,
      onFailure,
      work,
    });
  const goesOn = await scene.sender({
    transport: sending,
    to: mailboxes,
    count: 1_000_000,
    perSecond: TRICKLE,
    onFailure: "repeat",
    work: [{ share: LONG_WORKS_OF_TRICKLE / TRICKLE, work: LONG_WORK }],
  });
  const senders = await Promise.all([send("leave"), send("repeat")]);
  const sent = Promise.all(senders.map(({ done }) => done));
  const held = new HeldWatch(scene.dir);
  return {
    async acceptedAfter(atMs) {
      const accepted = async (): Promise<boolean> => {
        const numbers = await acceptedSince(scene.dir, goesOn.pid, atMs);
        return new Set(numbers.map((number) => number % mailboxes.length)).size === mailboxes.length;
      };
      if (!(await scene.becomes(PATIENCE_MS, accepted))) {
        throw new Error(`not every mailbox had a send accepted within ${PATIENCE_MS} ms after a fault`);
      }
    },
    async atWorkSince(atMs) {
      const isAtWork = async (): Promise<boolean> => {
        const mostMs = Math.min(LONG_WORK.ms - WORK_LEFT_MS, journalNow() - atMs);
        for (const { pid } of receivers) {
          if (await held.holds(pid, HEARD_MS, mostMs)) return await isBeingAccepted(scene, goesOn);
        }
        return false;
      };
      if (!(await scene.becomes(PATIENCE_MS, isAtWork))) {
        throw new Error(`no handler was at work, or nothing was accepted, within ${PATIENCE_MS} ms after a fault`);
      }
    },
    async end(nodes) {
      await scene.until(sent);
      await scene.until(goesOn.stop());
      await scene.drained(nodes, PATIENCE_MS);
      await scene.stop(receivers);
    },
  };
}
