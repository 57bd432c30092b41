import type { Clock } from "./clock.js";

const WINDOW_S = 60;

/** Counts events, and how many of them fell into the last 60 seconds. */
export class RateMeter {
  #total = 0;
  readonly #buckets = new Uint32Array(WINDOW_S);
  readonly #clock: Clock;
  #second: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#second = Math.floor(clock.monotonic() / 1000);
  }

  get total(): number {
    return this.#total;
  }

  add(count: number): void {
    this.#advance();
    this.#total += count;
    const index = this.#second % WINDOW_S;
    this.#buckets[index] = (this.#buckets[index] ?? 0) + count;
  }

  perMinute(): number {
    this.#advance();
    return this.#buckets.reduce((sum, count) => sum + count, 0);
  }

  #advance(): void {
    const second = Math.floor(this.#clock.monotonic() / 1000);
    const passed = Math.min(second - this.#second, WINDOW_S);
    for (let step = 1; step <= passed; step++) this.#buckets[(this.#second + step) % WINDOW_S] = 0;
    this.#second = second;
  }
}
