import { createHash } from "node:crypto";
import fc from "fast-check";
import { createRandom } from "../scene/random.js";
import { VirtualTime } from "./virtual-time.js";

/** A run that goes on for so many steps does not end any more. */
const MOST_STEPS = 30_000;
/** How often time moves on a little although something else could happen: everything takes its time. */
const MOVES_ON = 0.05;
const LITTLE_MS = 150;
/**
 * How often it moves on however far: a store is slow then, or a process, and calls run into their deadlines. In some runs never,
 * in others all the time.
 */
const JUMPS = [0, 0.002, 0.01, 0.03];
/** Turns of the event loop in which whatever was set going comes to where it waits for the stage again. */
const TURNS = 3;

/**
 * Where one interleaving is played. Nothing happens by itself: everything that travels waits here, fast-check's scheduler
 * chooses what arrives next, and time passes from timer to timer. The same seed plays the same run.
 */
export class Stage {
  readonly time = new VirtualTime();
  /** For whatever else is up to chance. */
  readonly random: () => number;
  readonly #scheduler: fc.Scheduler;
  readonly #moveOn: () => number;
  readonly #jumps: number;
  readonly #trace = createHash("sha256");
  readonly #tail: string[] = [];
  #steps = 0;

  constructor(seed: number) {
    const [scheduler] = fc.sample(fc.scheduler(), { seed, numRuns: 1 });
    if (scheduler === undefined) throw new RangeError("fast-check made no scheduler");
    this.#scheduler = scheduler;
    this.random = createRandom(seed);
    // Of its own, so that the choices of a scenario do not depend on how often time could have moved on.
    this.#moveOn = createRandom(seed ^ 0x5bd1e995);
    this.#jumps = JUMPS[Math.floor(this.random() * JUMPS.length)] ?? 0;
  }

  /** Whether nothing travels and no timer runs. */
  get isQuiet(): boolean {
    return this.#scheduler.count() === 0 && this.time.untilNext === Number.POSITIVE_INFINITY;
  }

  /** Whether nothing that travels takes long in this run. */
  get isSteady(): boolean {
    return this.#jumps === 0;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Tells two runs apart: what arrived in which order, and when. */
  get digest(): string {
    return this.#trace.copy().digest("hex");
  }

  /** What happened last, for a report. */
  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Resolves when it is this one's turn. */
  async turn(what: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), what);
    this.note(what);
  }

  /** Enters something into the trace. */
  note(what: string): void {
    const line = `${this.time.elapsed.toFixed(3)} ${what}`;
    this.#trace.update(`${line}\n`);
    this.#tail.push(line);
    if (this.#tail.length > 60) this.#tail.shift();
  }

  /** Plays on until the condition holds, looked at between two steps. Throws when nothing can happen any more, or too much has. */
  async playUntil(isReached: () => boolean, what: string): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      if (isReached()) return;
      this.#steps += 1;
      if (this.#steps > MOST_STEPS) throw new Error(`${what}: not within ${MOST_STEPS} steps`);
      const waiting = this.#scheduler.count() > 0;
      const chance = this.time.untilNext <= LITTLE_MS ? MOVES_ON : this.#jumps;
      if (waiting && this.#moveOn() >= chance) await this.#scheduler.waitOne();
      else if (!this.time.ringNext()) {
        if (!waiting) throw new Error(`${what}: nothing can happen any more`);
        await this.#scheduler.waitOne();
      }
    }
  }
}
