import type { Actor } from "../actors/actor.js";
import { type LoggerEntry, readLogJournals } from "../oracle/log-journals.js";
import type { Scene } from "../scene/scene.js";

const PER_FLUSH = 50;
const PATIENCE_MS = 30_000;

/** Loggers that write into one folder. */
export class Loggers {
  readonly #scene: Scene;
  readonly #baseDir: string;
  readonly #perSecond: number;
  readonly #first: number;
  /** By their numbers. */
  readonly #running = new Map<number, Actor>();
  #started = 0;

  /** `first`: the number of the first logger; no two of a row may have the same. */
  constructor(scene: Scene, options: { readonly baseDir: string; readonly perSecond: number; readonly first: number }) {
    this.#scene = scene;
    this.#baseDir = options.baseDir;
    this.#perSecond = options.perSecond;
    this.#first = options.first;
  }

  async start(): Promise<void> {
    const logger = this.#first + this.#started;
    this.#started += 1;
    const order = {
      kind: "logger",
      baseDir: this.#baseDir,
      logger,
      perSecond: this.#perSecond,
      perFlush: PER_FLUSH,
      cutAt: this.#scene.random(),
    } as const;
    this.#running.set(logger, await this.#scene.actor(order, true));
  }

  /** Kills one of them, wherever it is: anywhere, or in the middle of a write. */
  async kill(where: "anywhere" | "within a write"): Promise<void> {
    const numbers = [...this.#running.keys()];
    const number = numbers[this.#scene.between(0, numbers.length - 1)] as number;
    const actor = this.#running.get(number) as Actor;
    this.#running.delete(number);
    this.#scene.fault(`logger killed ${where}`);
    if (where === "anywhere") await actor.kill();
    else {
      process.kill(actor.pid, "SIGUSR2");
      await this.#scene.until(actor.ended);
    }
  }

  /** Lines that all of them, the killed ones too, were about to log. */
  async countLines(): Promise<number> {
    const entries = [...(await readLogJournals(this.#scene.dir))];
    return entries.reduce((sum, [number, { attempted }]) => (number < this.#first ? sum : sum + attempted), 0);
  }

  /** Resolves once each that runs now has counted `more` of something. Throws if that takes too long. */
  async eachCounts(what: "flushes" | "refusals", more: number): Promise<void> {
    const numbers = [...this.#running.keys()];
    const count = async () => {
      const entries = await readLogJournals(this.#scene.dir);
      return numbers.map((number) => (entries.get(number) as LoggerEntry | undefined)?.[what] ?? 0);
    };
    const before = await count();
    let now = before;
    const reached = await this.#scene.becomes(PATIENCE_MS, async () => {
      now = await count();
      return now.every((each, index) => each >= (before[index] as number) + more);
    });
    if (reached) return;
    const late = numbers.map((number, index) => `${number}: ${before[index]} to ${now[index]}`).join(", ");
    throw new Error(`not every logger counted ${more} more ${what} within ${PATIENCE_MS} ms (${late})`);
  }

  async stop(): Promise<void> {
    await this.#scene.stop([...this.#running.values()]);
    this.#running.clear();
  }
}
