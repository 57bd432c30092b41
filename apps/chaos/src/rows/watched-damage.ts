import type { Actor } from "../actors/actor.js";
import type { Damage, StoreVandal } from "../faults/store-vandal.js";
import { JournalWatch } from "../oracle/journal-watch.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Scene } from "../scene/scene.js";

/** How a store is damaged. The first three lose messages, or who has got what. */
export const DEEDS = [
  "FLUSHALL",
  "DEL of a stream",
  "XGROUP DESTROY",
  "SCRIPT FLUSH",
  "CLIENT KILL normal",
  "CLIENT KILL pubsub",
] as const;
/** One way to damage a store. */
export type Deed = (typeof DEEDS)[number];

const LOSING: ReadonlySet<Deed> = new Set(DEEDS.slice(0, 3));
/** Those that take messages away. */
const TAKING: ReadonlySet<Deed> = new Set(["FLUSHALL", "DEL of a stream"]);

/** How long a loss may go untold before it counts as not told. */
const TOLD_WITHIN_MS = 10_000;
/** So long after the last word of a loss no more words of it come: longer than it takes receivers to ask for losses once more. */
const SILENCE_MS = 600;

/** Damages a store, one deed after the other, and after each that loses something waits until receivers have told of it. */
export class WatchedDamage {
  /** Those that lost something. */
  readonly losses: Damage[] = [];
  /** For each of them that was told: how soon, in milliseconds. */
  readonly toldAfterMs: number[] = [];
  readonly #scene: Scene;
  readonly #vandal: StoreVandal;
  readonly #receivers: readonly Actor[];
  readonly #journals: JournalWatch;
  readonly #told: Telling[] = [];

  constructor(scene: Scene, vandal: StoreVandal, receivers: readonly Actor[]) {
    this.#scene = scene;
    this.#vandal = vandal;
    this.#receivers = receivers;
    this.#journals = new JournalWatch(scene.dir, "receiver");
  }

  /**
   * Does it, as soon as there is something to be damaged, and nothing that is told of an earlier one can be taken for what is told of
   * this one. What takes messages away is done when `pilesUp` says that there are enough of them.
   */
  async inflict(deed: Deed, pilesUp = async () => true): Promise<void> {
    if (LOSING.has(deed)) await this.#scene.becomes(TOLD_WITHIN_MS, () => this.#isSilent());
    if (TAKING.has(deed)) await this.#scene.becomes(TOLD_WITHIN_MS, pilesUp);
    let damage = await this.#perform(deed);
    const isDone = await this.#scene.becomes(TOLD_WITHIN_MS, async () => {
      if (!damage.done) damage = await this.#perform(deed);
      return damage.done;
    });
    if (!isDone) return;
    this.#scene.fault(deed);
    // Every process sees that the store was emptied; that a group is gone, the one that makes it anew.
    if (deed === "FLUSHALL") await this.#hear(damage, this.#receivers.length);
    else if (LOSING.has(deed)) await this.#hear(damage, 1);
  }

  async #perform(deed: Deed): Promise<Damage> {
    const vandal = this.#vandal;
    if (deed === "FLUSHALL") return await vandal.flushAll();
    if (deed === "SCRIPT FLUSH") return await vandal.forgetScripts();
    if (deed === "CLIENT KILL normal") return await vandal.killClients("normal");
    if (deed === "CLIENT KILL pubsub") return await vandal.killClients("pubsub");
    const streams = (await vandal.streams()).sort();
    const stream = streams[this.#scene.between(0, streams.length - 1)] ?? "";
    return deed === "XGROUP DESTROY" ? await vandal.destroyGroup(stream) : await vandal.deleteStream(stream);
  }

  /** Waits until that many receivers have told of it: of a loss of that mailbox, if it was one mailbox. */
  async #hear(damage: Damage, tellers: number): Promise<void> {
    this.losses.push(damage);
    const { fromMs, mailbox } = damage;
    const told = new Map<number, number>();
    const isTold = await this.#scene.becomes(TOLD_WITHIN_MS, async () => {
      await this.#listen();
      for (const { atMs, pid, mailboxes } of this.#told) {
        const isAbout = mailbox === undefined || mailboxes.includes(mailbox);
        if (isAbout && atMs >= fromMs && !told.has(pid)) told.set(pid, atMs);
      }
      return told.size >= tellers;
    });
    if (isTold) this.toldAfterMs.push(Math.max(...told.values()) - fromMs);
  }

  async #isSilent(): Promise<boolean> {
    await this.#listen();
    return journalNow() - (this.#told.at(-1)?.atMs ?? 0) > SILENCE_MS;
  }

  /** Takes note of what was told since the last time. */
  async #listen(): Promise<void> {
    await this.#journals.catchUp(({ letter, id, word, atMs, pid }) => {
      if (letter === "E" && word === "DATA_LOST") this.#told.push({ atMs, pid, mailboxes: id.split(",") });
    });
    this.#told.sort((a, b) => a.atMs - b.atMs);
  }
}

/** That a receiver told of a loss in some mailboxes. */
interface Telling {
  readonly atMs: number;
  readonly pid: number;
  readonly mailboxes: readonly string[];
}
