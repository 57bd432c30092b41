import type { Clock } from "@agentcomm/protocol";
import type { FixedDelay } from "./fixed-delay.js";

/** A handler that is done sooner needs no word in between: its answer says it all. */
export const QUIET_MS = 50;

const APART_MS = 100;

/** How far a task is. */
export interface Progress {
  readonly completionPercentage?: number;
  readonly detail?: string;
}

/** Tells that a task runs and how far it is: not for short ones, and never more often than anybody could read it. */
export class ProgressReports {
  readonly #clock: Clock;
  readonly #tell: (progress: Progress) => Promise<void>;
  #latest: Progress = {};
  #untold = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  #telling: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #ended = false;

  /** `tell` must not reject. */
  constructor(clock: Clock, tell: (progress: Progress) => Promise<void>) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** The handler was called. `quiet` calls back after QUIET_MS. */
  begin(quiet: FixedDelay): void {
    this.#untold = true;
    this.#cancelTimer = quiet.after(() => this.#now());
  }

  progress(progress: Progress): void {
    if (this.#ended) return;
    this.#latest = progress;
    this.#untold = true;
    const restMs = this.#toldAt + APART_MS - this.#clock.monotonic();
    // The first word of a task is not held back.
    if (this.#toldAt === Number.NEGATIVE_INFINITY) this.#cancel();
    this.#schedule(Math.max(0, restMs));
  }

  /** Tells no more. Resolves once what was told last is stored; `tellLast`: the newest progress is told before. */
  async end(tellLast: boolean): Promise<void> {
    this.#ended = true;
    this.#cancel();
    await this.#telling;
    if (tellLast && this.#untold && Object.keys(this.#latest).length > 0) await this.#tell(this.#latest);
  }

  #schedule(ms: number): void {
    if (this.#cancelTimer !== undefined || this.#telling !== undefined) return;
    if (ms === 0) this.#now();
    else this.#cancelTimer = this.#clock.timer(ms, () => this.#now());
  }

  #now(): void {
    this.#cancelTimer = undefined;
    this.#untold = false;
    this.#toldAt = this.#clock.monotonic();
    this.#telling = this.#tell(this.#latest).then(() => {
      this.#telling = undefined;
      if (this.#untold && !this.#ended) this.#schedule(APART_MS);
    });
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
