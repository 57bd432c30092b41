import type { Clock } from "@agentcomm/protocol";

/** The time that what is running has left to end. It can be cut shorter while it passes. */
export class Drain {
  readonly #clock: Clock;
  readonly #passed: Promise<void>;
  #pass: () => void = () => {};
  #endAt = Number.POSITIVE_INFINITY;
  #cancelTimer: () => void = () => {};
  #over = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#passed = new Promise((resolve) => {
      this.#pass = resolve;
    });
  }

  /** It is over in `ms` at the latest. */
  limit(ms: number): void {
    const endAt = this.#clock.monotonic() + ms;
    if (endAt >= this.#endAt) return;
    this.#endAt = endAt;
    this.#cancelTimer();
    // Who waits for a stop waits for it to end: the process stays.
    this.#cancelTimer = this.#clock.timer(ms, this.#pass, { keepAlive: true });
  }

  /** Resolves when the work has ended or the time has passed. */
  async until(work: Promise<void>): Promise<void> {
    await Promise.race([work, this.#passed]);
  }

  get leftMs(): number {
    return Math.max(0, this.#endAt - this.#clock.monotonic());
  }

  /** Whether nobody waits any more. */
  get over(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
    this.#cancelTimer();
  }
}
