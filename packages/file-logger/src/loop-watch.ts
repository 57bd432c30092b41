/** Tells whether the event loop has turned since one began to watch it. */
export class LoopWatch {
  #watching = false;
  #turned = false;

  /** False if nobody watches. */
  get hasTurned(): boolean {
    return this.#turned;
  }

  /** Begins to watch, unless that was done before. */
  watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    setImmediate(() => {
      this.#turned = this.#watching;
    }).unref();
  }

  /** Forgets what was seen. */
  unwatch(): void {
    this.#watching = false;
    this.#turned = false;
  }
}
