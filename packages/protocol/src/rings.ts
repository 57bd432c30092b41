import type { Clock } from "./clock.js";

/** How often a mailbox was rung while somebody listened, and who listens. */
interface Bell {
  count: number;
  readonly listeners: Set<Listening>;
}

/** Wakes the receivers of this process: the driver rings, they look. */
export class Rings {
  readonly #bells = new Map<string, Bell>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(agentId: string): void {
    const bell = this.#bells.get(agentId);
    if (bell === undefined) return;
    bell.count += 1;
    for (const listening of bell.listeners) listening.wake();
  }

  /** What is known of the mailbox is no longer true, but there is nothing to look for: who waits goes on waiting. */
  doubt(agentId: string): void {
    const bell = this.#bells.get(agentId);
    if (bell !== undefined) bell.count += 1;
  }

  /** Wakes everybody, so that they see that the transport is closing. */
  ringAll(): void {
    for (const agentId of this.#bells.keys()) this.ring(agentId);
  }

  /** The caller ends it. */
  listen(agentId: string): Listening {
    const bell = this.#bells.get(agentId) ?? { count: 0, listeners: new Set() };
    this.#bells.set(agentId, bell);
    const listening = new Listening(bell, this.#clock, () => {
      bell.listeners.delete(listening);
      if (bell.listeners.size === 0) this.#bells.delete(agentId);
    });
    bell.listeners.add(listening);
    return listening;
  }
}

/**
 * A receiver's ear at one mailbox. There are as many as subscriptions, and most of them wait: so it is left by a call, and no signal
 * is made and listened to for each of them.
 */
export class Listening {
  /** No longer worth waiting for: see `leave`. */
  over = false;
  /** Ends the listening. */
  readonly end: () => void;
  readonly #bell: Bell;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];

  constructor(bell: Bell, clock: Clock, end: () => void) {
    this.#bell = bell;
    this.#clock = clock;
    this.end = end;
  }

  /** How often the mailbox has been rung. Read it before looking, so that a ring during the look is not missed. */
  get count(): number {
    return this.#bell.count;
  }

  /** Resolves when rung since `heard`, after `ms`, or when it is over. Never rejects. */
  wait(heard: number, ms: number): Promise<void> {
    if (this.#bell.count !== heard || this.over) return Promise.resolve();
    return new Promise((resolve) => {
      // A receiver that waits is a call under way, which keeps the process alive.
      const cancel = this.#clock.timer(ms, () => this.wake(), { keepAlive: true });
      this.#waiting.push(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Ends the waiting, and lets nobody wait from now on. */
  leave(): void {
    this.over = true;
    this.wake();
  }

  /** Ends the waiting. */
  wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
