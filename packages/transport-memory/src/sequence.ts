/**
 * The one counter of a broker. Entries, dead letters and versions are numbered by it, so that no number ever names two
 * things: a token stays void when its mailbox is deleted and created again, and means nothing in another namespace.
 */
export class Sequence {
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
