/** Who wants to hear of which mailbox, or of which collection. */
export class Bells {
  readonly #listeners = new Map<string, Set<(name: string) => void>>();

  /** From now on the listener hears of `name`. Once, however often it asks. */
  attend(name: string, listener: (name: string) => void): void {
    const attending = this.#listeners.get(name);
    if (attending === undefined) this.#listeners.set(name, new Set([listener]));
    else attending.add(listener);
  }

  isAttended(name: string): boolean {
    return this.#listeners.has(name);
  }

  ring(name: string): void {
    const attending = this.#listeners.get(name);
    if (attending === undefined) return;
    for (const listener of attending) listener(name);
  }

  leave(name: string, listener: (name: string) => void): void {
    const attending = this.#listeners.get(name);
    if (attending?.delete(listener) && attending.size === 0) this.#listeners.delete(name);
  }

  /** The listener hears of nothing any more. */
  leaveAll(listener: (name: string) => void): void {
    for (const name of this.#listeners.keys()) this.leave(name, listener);
  }

  forget(name: string): void {
    this.#listeners.delete(name);
  }
}
