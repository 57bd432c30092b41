import type { Clock } from "@agentcomm/protocol";
import { backoffMs, type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";

const TRY_AGAIN = { minMs: 100, maxMs: 5_000 };

/**
 * Does the work in the background, again with back-off as long as it fails in a way that a repeat can help. Resolves when
 * it is done or given up, and never rejects: failures are reported.
 */
export type Persevere = (work: () => Promise<unknown>) => Promise<void>;

/** What goes on behind the calls of a coordinator, and must have ended when it stops. */
export class Background {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #report: ReportTrouble;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #stopping = false;

  constructor(context: { readonly clock: Clock; readonly random: () => number; readonly report: ReportTrouble }) {
    this.#clock = context.clock;
    this.#random = context.random;
    this.#report = context.report;
  }

  readonly persevere: Persevere = (work) => {
    const run = this.#persevere(work);
    this.#running.add(run);
    void run.then(() => this.#running.delete(run));
    return run;
  };

  /** Lets `stop` wait for a call that is under way. */
  track<T>(call: Promise<T>): Promise<T> {
    const run = call.then(
      () => {},
      () => {},
    );
    this.#running.add(run);
    void run.then(() => this.#running.delete(run));
    return call;
  }

  /** Nothing is tried again from now on. */
  halt(): void {
    this.#stopping = true;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves once nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #persevere(work: () => Promise<unknown>): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await work();
        return;
      } catch (thrown) {
        const error = toAgentCommError(thrown, "STORE_FAILED", "work in the background failed");
        // Stopped or closed, what is left undone is done by whoever takes over.
        if (error.code === "CLOSED") return;
        // Told once, not at every try.
        if (failures === 1) this.#report(error);
        if (this.#stopping || !error.retryable) return;
        await this.#pause(backoffMs(failures, TRY_AGAIN, this.#random));
        if (this.#stopping) return;
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#clock.timer(ms, wake);
      this.#waiting.add(wake);
    });
  }
}
