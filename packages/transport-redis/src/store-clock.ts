import type { Clock } from "@agentcomm/protocol";

/** More than this, and leases can no longer be judged by the store's clock. The take script uses the same number. */
const JUMP_MS = 2_000;

/**
 * What the store's clock should show, by this process's monotonic clock. A store whose clock is set, or which stood still, is
 * noticed by the difference: leases are measured on it, and after a jump nobody's may be taken for over.
 */
export class StoreClock {
  readonly #clock: Clock;
  /** The store's time minus monotonic time. */
  #offset: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The store's time as expected now, in epoch milliseconds; -1 before the first answer. */
  expected(): number {
    return this.#offset === undefined ? -1 : Math.round(this.#clock.monotonic() + this.#offset);
  }

  /**
   * Learns the time that an answer carried; `sentAt` is when it was asked for. Returns by how many milliseconds the store's
   * clock was off what is possible: 0, unless it jumped.
   */
  learn(storeTime: number, sentAt: number): number {
    const now = this.#clock.monotonic();
    const offset = this.#offset;
    this.#offset = storeTime - (sentAt + now) / 2;
    if (offset === undefined) return 0;
    // The store looked at its clock somewhen between asking and the answer.
    const early = storeTime - (sentAt + offset);
    const late = storeTime - (now + offset);
    if (late > JUMP_MS) return Math.round(late);
    return early < -JUMP_MS ? Math.round(early) : 0;
  }

  /** A new connection may lead to another server, with a clock of its own. */
  forget(): void {
    this.#offset = undefined;
  }
}
