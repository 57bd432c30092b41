import type { Clock } from "@agentcomm/protocol";

const LONG_MS = 2 ** 31 - 1;

/**
 * Keeps the process alive while a call is under way. The sockets don't: an open transport that nobody uses must not hinder a
 * process from ending.
 */
export class Awake {
  readonly #clock: Clock;
  #calls = 0;
  #release: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async during<T>(work: Promise<T>): Promise<T> {
    this.#calls += 1;
    if (this.#calls === 1) this.#release = this.#clock.timer(LONG_MS, () => {}, { keepAlive: true });
    try {
      return await work;
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#release();
    }
  }
}
