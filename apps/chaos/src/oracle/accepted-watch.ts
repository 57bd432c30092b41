import { JournalWatch } from "./journal-watch.js";

/** How many sends have been accepted while the row runs, by the senders' journals. */
export class AcceptedWatch {
  readonly #journals: JournalWatch;
  /** By the sender's pid. */
  readonly #counts = new Map<number, number>();

  constructor(dir: string) {
    this.#journals = new JournalWatch(dir, "sender");
  }

  /** Of all senders so far, or of the one that is the process `pid`. */
  async count(pid?: number): Promise<number> {
    await this.#journals.catchUp(({ letter, pid: sender }) => {
      if (letter === "S") this.#counts.set(sender, (this.#counts.get(sender) ?? 0) + 1);
    });
    if (pid !== undefined) return this.#counts.get(pid) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
