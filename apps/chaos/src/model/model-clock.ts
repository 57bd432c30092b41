import type { Clock } from "@agentcomm/protocol";
import { systemClock } from "@agentcomm/protocol";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A call of a transport in memory ends within fewer turns of the event loop. */
const TURNS = 8;

const BEGINNING = Date.UTC(2030, 0, 1);

/** The time of a sequence. It stands still between the commands, and moves when one says so. */
export class ModelClock implements Clock {
  #elapsed = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return BEGINNING + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { at: this.#elapsed + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves on, runs what falls due, in order, and lets each come to its end before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (let due = this.#firstUntil(end); due !== undefined; due = this.#firstUntil(end)) {
      this.#timers.delete(due);
      this.#elapsed = Math.max(this.#elapsed, due.at);
      due.callback();
      for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#elapsed = end;
  }

  #firstUntil(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}

/**
 * The clock of transports over a store whose time passes by itself: the calendar is the sequence's, so that messages get
 * the same timestamps and expire with the same command in both worlds; deadlines are measured in real time.
 */
export function calendarOf(clock: ModelClock): Clock {
  return { ...systemClock, now: () => clock.now() };
}
