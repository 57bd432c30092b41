import type { Clock } from "@agentcomm/protocol";

// A longer timer would fire at once, or early.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What is to be done later. For a coordinator that is polled nothing happens between the polls: what falls due waits for
 * `runDue`, so that an answer which arrived in time is handled before its attempt is found too late.
 */
export class Timetable {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  readonly #due: (() => void)[] = [];
  #polled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set polled(polled: boolean) {
    this.#polled = polled;
    if (!polled) this.runDue();
  }

  /** Does it `ms` from now, and returns what cancels it. Keeps no process alive. */
  after(ms: number, action: () => void): () => void {
    let canceled = false;
    let cancelTimer = (): void => {};
    const cancel = (): void => {
      canceled = true;
      cancelTimer();
      this.#cancels.delete(cancel);
    };
    const run = (): void => {
      if (!canceled) action();
    };
    const wait = (left: number): void => {
      cancelTimer = this.#clock.timer(Math.min(left, LONGEST_TIMER_MS), () => {
        if (left > LONGEST_TIMER_MS) return wait(left - LONGEST_TIMER_MS);
        this.#cancels.delete(cancel);
        if (this.#polled) this.#due.push(run);
        else run();
      });
    };
    this.#cancels.add(cancel);
    wait(ms);
    return cancel;
  }

  runDue(): void {
    for (const action of this.#due.splice(0)) action();
  }

  /** Cancels everything. */
  clear(): void {
    for (const cancel of this.#cancels) cancel();
    this.#due.length = 0;
  }
}
