import { setImmediate } from "node:timers/promises";

/** Whatever in this process throws where nobody catches it: what would have ended a process of the user's. */
export class StrayErrors implements Disposable {
  readonly #found: unknown[] = [];
  readonly #note = (error: unknown): void => void this.#found.push(error);

  constructor() {
    process.on("uncaughtException", this.#note);
    process.on("unhandledRejection", this.#note);
  }

  /** Rejects if there was one since the last call. */
  async expectNone(): Promise<void> {
    const found = await this.take();
    if (found.length === 0) return;
    // Anything may be thrown, also undefined; an error tells the most.
    const cause = found.find((each) => each instanceof Error) ?? found[0];
    throw new Error(`something was thrown that nobody catches, ${found.length} times`, { cause });
  }

  /** Resolves to all since the last call, which count no more. */
  async take(): Promise<unknown[]> {
    await setImmediate();
    return this.#found.splice(0);
  }

  [Symbol.dispose](): void {
    process.off("uncaughtException", this.#note);
    process.off("unhandledRejection", this.#note);
  }
}
