import { type Stall, starvedWithin } from "../actors/loop-watch.js";
import { readJournals } from "./read-journals.js";

/** When processes were not let run, as those wrote it down that watch themselves. */
export class Stalls {
  readonly #byPid = new Map<number, Map<number, Stall>>();

  /** Reads the receivers' journals in `dir`. */
  static async read(dir: string): Promise<Stalls> {
    const stalls = new Stalls();
    await readJournals(
      dir,
      ({ letter, word, pid }) => {
        if (letter === "Z") stalls.#add(pid, JSON.parse(word) as Stall[]);
      },
      "receiver",
    );
    return stalls;
  }

  /** How long the process was not let run between two instants, in milliseconds; both on the clock of the journals. */
  starvedMs(pid: number, fromMs: number, toMs: number): number {
    return starvedWithin([...(this.#byPid.get(pid)?.values() ?? [])], fromMs, toMs);
  }

  #add(pid: number, stalls: readonly Stall[]): void {
    const known = this.#byPid.get(pid) ?? new Map<number, Stall>();
    this.#byPid.set(pid, known);
    // What is told again is the same.
    for (const stall of stalls) known.set(stall.fromMs, stall);
  }
}
