const KEPT_MS = 24 * 60 * 60 * 1000;

/** The idempotency keys that a mailbox has seen within 24 hours. */
export class SentKeys {
  /** By sender and key, oldest first: what a Map keeps by itself, since all are kept equally long. */
  readonly #forgetAt = new Map<string, number>();

  has(from: string, key: string, now: number): boolean {
    for (const [known, forgetAt] of this.#forgetAt) {
      if (forgetAt > now) break;
      this.#forgetAt.delete(known);
    }
    return this.#forgetAt.has(nameOf(from, key));
  }

  add(from: string, key: string, now: number): void {
    this.#forgetAt.set(nameOf(from, key), now + KEPT_MS);
  }
}

// A space is in no agent id, so no two pairs share a name.
function nameOf(from: string, key: string): string {
  return `${from} ${key}`;
}
