/** A time in which the event loop did not turn. */
export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
  /** How much of it the process was not running: others had the processor. */
  readonly starvedMs: number;
}

const TICK_MS = 10;

/** How a loop is watched. */
export interface LoopWatchOptions {
  /** Stalls in which the process was starved for less are overlooked. @default 1: a timer is inexact by that. */
  readonly leastMs?: number;
  /** The clock of the instants that it is asked about. @default `performance.now` */
  readonly now?: () => number;
}

/**
 * Tells a process that is slow from one that is not let run. Time that the process itself computed is its own, also when it held
 * up its event loop.
 */
export class LoopWatch {
  readonly #stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #leastMs: number;
  readonly #now: () => number;
  #tickedAt: number;
  #cpuMs = cpuMs();

  constructor({ leastMs = 1, now = () => performance.now() }: LoopWatchOptions = {}) {
    this.#leastMs = leastMs;
    this.#now = now;
    this.#tickedAt = now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** How much of the time between two instants the process was not let run, in milliseconds. */
  starvedMs(from: number, to: number): number {
    return starvedWithin(this.stallsSince(from), from, to);
  }

  /** The stalls that ended later. */
  stallsSince(from: number): readonly Stall[] {
    this.#tick();
    return this.#stalls.slice(this.#firstAfter(from));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The place of the first stall that ended later. */
  #firstAfter(atMs: number): number {
    let low = 0;
    let high = this.#stalls.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#stalls[middle] as Stall).toMs > atMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #tick(): void {
    const now = this.#now();
    const used = cpuMs();
    const fromMs = this.#tickedAt + TICK_MS;
    // All that was computed since the last tick is taken off, also what lies before the stall: in doubt the process is slow.
    const starvedMs = now - fromMs - (used - this.#cpuMs);
    if (starvedMs > this.#leastMs) this.#stalls.push({ fromMs, toMs: now, starvedMs });
    this.#tickedAt = now;
    this.#cpuMs = used;
  }
}

/** How much of the time between two instants stalls took up in which the process was not let run. */
export function starvedWithin(stalls: readonly Stall[], from: number, to: number): number {
  let sum = 0;
  for (const stall of stalls) {
    const sharedMs = Math.min(stall.toMs, to) - Math.max(stall.fromMs, from);
    if (sharedMs > 0) sum += Math.min(stall.starvedMs, sharedMs);
  }
  return sum;
}

/** What the thread of the event loop has computed. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
