import { randomBytes } from "node:crypto";
import type { Clock } from "@agentcomm/protocol";
import { before, LATE, pause } from "./deadline.js";
import type { Keys } from "./keys.js";
import type { Progress, Route, RunOptions } from "./route.js";
import type { Script } from "./scripts/script.js";
import { storeFailed, timedOut } from "./store-errors.js";

const LOOK_AGAIN_MS = 5;
/**
 * No number is sent again later than this after its first time: the store forgets a producer an hour after its last batch, and
 * would then run it twice.
 */
const LONGEST_REPEAT_MS = 30 * 60_000;

/**
 * Numbers what must run once, however often it is sent. The store keeps the numbers that have run, with their answers, down to
 * the floor: the lowest number that may still be sent. A number given up is never used again.
 */
export class Producer {
  readonly #id = randomBytes(9).toString("base64url");
  readonly #route: Route;
  readonly #keys: Keys;
  readonly #clock: Clock;
  /** In order: the numbers that may still be sent. */
  readonly #open = new Set<number>();
  #last = 0;

  constructor(route: Route, keys: Keys, clock: Clock) {
    this.#route = route;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Numbers what is about to be run. Close the number when that is over. */
  open(): number {
    this.#last += 1;
    this.#open.add(this.#last);
    return this.#last;
  }

  close(number: number): void {
    this.#open.delete(number);
  }

  /**
   * Runs a script that ends with ONCE, and resolves to its answer once that is durable. `payload` is asked for each
   * time that it is sent: once it may have run it must stay the same. `after` names the number that must have run before,
   * or 0. Rejects as Route.runToEnd does, and with STORE_FAILED if the script itself fails.
   */
  async runToEnd(
    number: number,
    script: Script,
    payload: () => readonly (string | Buffer)[],
    options: Omit<RunOptions, "repeatable" | "durable"> & { readonly after?: () => number },
  ): Promise<readonly unknown[]> {
    const { after = () => 0 } = options;
    const progress: Progress = options.progress ?? { maybe: false };
    const deadline = Math.min(options.deadline, this.#clock.monotonic() + LONGEST_REPEAT_MS);
    const args = () => [
      this.#keys.namespace,
      this.#id,
      String(number),
      String(this.#floor),
      String(after()),
      // It has run: all that is asked is whether replicas have it by now.
      ...(hasRun(progress) ? [] : payload()),
    ];
    for (;;) {
      const answer = (await this.#route.runToEnd(script, args, {
        ...options,
        deadline,
        progress,
        repeatable: true,
        durable: true,
      })) as unknown[];
      const [kind, ...rest] = answer;
      const word = String(kind);
      if (word === "ok") return rest;
      if (word === "failed") throw storeFailed("unknown", String(rest[0]));
      // What had run is not there: a replica without it became the primary.
      if (word === "missing") delete progress.unconfirmed;
      if (word === "stale" || this.#clock.monotonic() >= deadline) throw timedOut("unknown");
      await pause(LOOK_AGAIN_MS, deadline, this.#clock);
    }
  }

  /** Numbers and runs, for what is done one by one. Rejects as Route.run does. */
  async run(
    script: Script,
    payload: readonly (string | Buffer)[],
    options: Omit<RunOptions, "repeatable" | "durable">,
  ): Promise<readonly unknown[]> {
    const number = this.open();
    const progress: Progress = { maybe: false };
    const running = this.runToEnd(number, script, () => payload, { ...options, progress }).finally(() => {
      this.close(number);
    });
    const answer = await before(running, options.deadline, this.#clock);
    if (answer === LATE) throw this.#route.tooLate(progress);
    return answer;
  }

  get #floor(): number {
    const [lowest = this.#last + 1] = this.#open;
    return lowest;
  }
}

/** Whether the store has said so, the last time that it was asked. */
function hasRun({ unconfirmed }: Progress): boolean {
  const [kind] = (unconfirmed?.answer as unknown[] | undefined) ?? [];
  return String(kind) === "ok" || String(kind) === "failed";
}
