import type { Clock } from "@agentcomm/protocol";

interface Waiting {
  readonly dueAt: number;
  /** Absent: canceled. */
  callback: (() => void) | undefined;
}

/**
 * Calls back after one fixed delay, with one timer for all who wait: most tasks are over before, and a timer for each would
 * cost more than the rest of handing them on.
 */
export class FixedDelay {
  readonly #clock: Clock;
  readonly #ms: number;
  #waiting: Waiting[] = [];
  #timerRuns = false;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** Returns what cancels it. */
  after(callback: () => void): () => void {
    const waiting: Waiting = { dueAt: this.#clock.monotonic() + this.#ms, callback };
    this.#waiting.push(waiting);
    this.#schedule(this.#ms);
    return () => {
      waiting.callback = undefined;
    };
  }

  #schedule(ms: number): void {
    if (this.#timerRuns) return;
    this.#timerRuns = true;
    this.#clock.timer(ms, () => this.#ring());
  }

  #ring(): void {
    this.#timerRuns = false;
    const now = this.#clock.monotonic();
    const waiting = this.#waiting;
    const isLater = ({ dueAt, callback }: Waiting): boolean => dueAt > now && callback !== undefined;
    const next = waiting.findIndex(isLater);
    this.#waiting = next < 0 ? [] : waiting.slice(next);
    const [first] = this.#waiting;
    if (first !== undefined) this.#schedule(first.dueAt - now);
    for (const { dueAt, callback } of next < 0 ? waiting : waiting.slice(0, next)) if (dueAt <= now) callback?.();
  }
}
