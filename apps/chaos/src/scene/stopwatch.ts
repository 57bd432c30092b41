import { LoopWatch } from "../actors/loop-watch.js";
import { journalNow } from "../oracle/read-journals.js";
import type { Took } from "../oracle/took.js";

/** Processes that use the library keep this one waiting, too: shorter times are theirs, and not the machine's. */
const LEAST_MS = 50;

/**
 * Tells how long something took, less the time in which this process, the harness, was not let run: a machine that has no time for it has
 * none for the library. Time in which it computed is counted, and so is time in which it waited for the library.
 */
export class Stopwatch implements AsyncDisposable {
  readonly #loop = new LoopWatch({ leastMs: LEAST_MS, now: journalNow });

  readonly took: Took = (fromMs, toMs) => toMs - fromMs - this.#loop.starvedMs(fromMs, toMs);

  async [Symbol.asyncDispose](): Promise<void> {
    this.#loop.stop();
  }
}
