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
    await setImmediate();
    const [first] = this.#found.splice(0);
    if (first !== undefined) throw new Error("something was thrown that nobody catches", { cause: first });
  }

  [Symbol.dispose](): void {
    process.off("uncaughtException", this.#note);
    process.off("unhandledRejection", this.#note);
  }
}
