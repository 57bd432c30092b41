import type { Interruption } from "./check-journals.js";
import type { JournalEvent } from "./journal-event.js";
import { JournalWatch } from "./journal-watch.js";

/** While the row runs: what was handed out again after its holder was stopped, by the receivers' journals. */
export class HandedBackWatch {
  readonly #journals: JournalWatch;
  /** First deliveries whose handler has not ended. */
  readonly #first = new Map<string, JournalEvent>();
  readonly #again = new Set<string>();

  constructor(dir: string) {
    this.#journals = new JournalWatch(dir, "receiver");
  }

  /** Resolves to how many messages were that somebody held at one of these. */
  async count(interruptions: readonly Interruption[]): Promise<number> {
    await this.#journals.catchUp((event) => {
      const { letter, id, word } = event;
      if (letter === "D" && word === "1") this.#first.set(id, event);
      else if (letter === "D") this.#again.add(id);
      else if (letter === "H" && word === "1") this.#first.delete(id);
    });
    const wasHeld = (id: string): boolean => {
      const first = this.#first.get(id);
      return interruptions.some(({ pid, atMs }) => first?.pid === pid && first.atMs <= atMs);
    };
    return [...this.#again].filter(wasHeld).length;
  }
}
