/**
 * The end of a tick of the event loop, from setImmediate, when all callbacks of promises have run: so a thousand concurrent senders
 * woken by one reply make one batch again, and traffic over a store in the same process still lets timers and sockets have their
 * turn.
 */
export class Tick {
  #first: (() => void)[] = [];
  #then: (() => void)[] = [];

  /** `work` must not throw. `first`: before what others do at the end of this tick. */
  atEnd(work: () => void, { first = false }: { readonly first?: boolean } = {}): void {
    if (this.#first.length + this.#then.length === 0) setImmediate(() => this.#end());
    (first ? this.#first : this.#then).push(work);
  }

  #end(): void {
    const works = [...this.#first, ...this.#then];
    this.#first = [];
    this.#then = [];
    for (const work of works) work();
  }
}
