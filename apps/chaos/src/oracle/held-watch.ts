import { JournalWatch } from "./journal-watch.js";
import { journalNow } from "./read-journals.js";

/** What is in the hands of each receiver while the row runs, by the receivers' journals. */
export class HeldWatch {
  readonly #journals: JournalWatch;
  /** By pid: when each message was delivered whose handler has not ended. */
  readonly #held = new Map<number, Map<string, number>>();

  constructor(dir: string) {
    this.#journals = new JournalWatch(dir, "receiver");
  }

  /** Resolves to whether a receiver has held a message for at least `fromMs` and at most `toMs`. */
  async holds(pid: number, fromMs = 0, toMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.#journals.catchUp(({ letter, id, atMs, pid: writer }) => {
      if (letter === "D") this.#of(writer).set(id, atMs);
      // Handled; or ended by the handler otherwise than by an ack.
      else if (letter === "H" || letter === "Q") this.#of(writer).delete(id);
    });
    const now = journalNow();
    return [...this.#of(pid).values()].some((atMs) => now - atMs >= fromMs && now - atMs <= toMs);
  }

  #of(pid: number): Map<string, number> {
    const held = this.#held.get(pid) ?? new Map<string, number>();
    this.#held.set(pid, held);
    return held;
  }
}
