/** A time in which the event loop did not turn. */
interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
  /** How much of it the process was not running: others had the processor. */
  readonly starvedMs: number;
}

const TICK_MS = 10;
/** A timer is inexact by that. */
const STALL_MS = 1;
const REMEMBERED = 1_000;

/**
 * Tells a process that is slow from one that is not let run. Time that the process itself computed is its own, also when it held
 * up its event loop.
 */
export class LoopWatch {
  readonly #stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();
  #cpuMs = cpuMs();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** How much of the time between two instants the process was not let run, in milliseconds; both on the clock of `performance.now`. */
  starvedMs(from: number, to: number): number {
    this.#tick();
    let sum = 0;
    for (const stall of this.#stalls.toReversed()) {
      if (stall.toMs <= from) break;
      const sharedMs = Math.min(stall.toMs, to) - Math.max(stall.fromMs, from);
      if (sharedMs > 0) sum += Math.min(stall.starvedMs, sharedMs);
    }
    return sum;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const used = cpuMs();
    const fromMs = this.#tickedAt + TICK_MS;
    // All that was computed since the last tick is taken off, also what lies before the stall: in doubt the process is slow.
    const starvedMs = now - fromMs - (used - this.#cpuMs);
    if (starvedMs > STALL_MS) {
      this.#stalls.push({ fromMs, toMs: now, starvedMs });
      if (this.#stalls.length > REMEMBERED) this.#stalls.shift();
    }
    this.#tickedAt = now;
    this.#cpuMs = used;
  }
}

/** What the thread of the event loop has computed. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
