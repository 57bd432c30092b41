import type { Actor } from "../actors/actor.js";
import type { Damage, StoreVandal } from "../faults/store-vandal.js";
import { JournalWatch } from "../oracle/journal-watch.js";
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

/** How long a loss may go untold before it counts as not told. */
const TOLD_WITHIN_MS = 10_000;

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

  constructor(scene: Scene, vandal: StoreVandal, receivers: readonly Actor[]) {
    this.#scene = scene;
    this.#vandal = vandal;
    this.#receivers = receivers;
    this.#journals = new JournalWatch(scene.dir, "receiver");
  }

  /** Does it, as soon as there is something to be damaged. */
  async inflict(deed: Deed): Promise<void> {
    let damage = await this.#perform(deed);
    const isDone = await this.#scene.becomes(TOLD_WITHIN_MS, async () => {
      if (!damage.done) damage = await this.#perform(deed);
      return damage.done;
    });
    if (!isDone) return;
    this.#scene.fault(deed);
    // Every process sees that the store was emptied; that a group is gone, the one that makes it anew.
    if (deed === "FLUSHALL") await this.#hear(damage, this.#receivers.length);
    if (deed === "DEL of a stream" || deed === "XGROUP DESTROY") await this.#hear(damage, 1);
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

  /** Waits until that many receivers have told of it. */
  async #hear(damage: Damage, tellers: number): Promise<void> {
    this.losses.push(damage);
    const told = new Map<number, number>();
    const isTold = await this.#scene.becomes(TOLD_WITHIN_MS, async () => {
      await this.#journals.catchUp(({ letter, word, atMs, pid }) => {
        if (letter === "E" && word === "DATA_LOST" && atMs >= damage.fromMs && !told.has(pid)) told.set(pid, atMs);
      });
      return told.size >= tellers;
    });
    if (isTold) this.toldAfterMs.push(Math.max(...told.values()) - damage.fromMs);
  }
}
