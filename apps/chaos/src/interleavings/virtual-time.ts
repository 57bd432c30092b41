import type { Clock } from "@agentcomm/protocol";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

const BEGINNING = Date.UTC(2030, 0, 1);

/** Time that stands still until somebody lets the next timer ring. */
export class VirtualTime {
  #elapsed = 0;
  #made = 0;
  readonly #timers = new Set<Timer>();

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** Milliseconds until the next timer rings. Infinity: there is none. */
  get untilNext(): number {
    const next = this.#next();
    return next === undefined ? Number.POSITIVE_INFINITY : Math.max(next.at - this.#elapsed, 0);
  }

  /** Lets the timer that falls due first ring, and moves on to its instant. Returns whether there was one. */
  ringNext(): boolean {
    const next = this.#next();
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#elapsed = Math.max(this.#elapsed, next.at);
    next.callback();
    return true;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }

  /** A clock on this time. `isAlive`: the timers of a process that was killed ring no more. */
  clock(isAlive: () => boolean = () => true): Clock {
    return {
      // Whole, as those of Date.now().
      now: () => BEGINNING + Math.floor(this.#elapsed),
      monotonic: () => this.#elapsed,
      timer: (ms, callback) => {
        this.#made += 1;
        const ring = (): void => {
          if (isAlive()) callback();
        };
        const timer = { at: this.#elapsed + Math.max(ms, 0), order: this.#made, callback: ring };
        this.#timers.add(timer);
        return () => void this.#timers.delete(timer);
      },
    };
  }
}
