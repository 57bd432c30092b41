import type { Clock } from "./clock.js";

/** Who waits for an agent's mailbox, and how often it was rung while somebody listened. */
interface Bell {
  count: number;
  listeners: number;
  readonly waiting: Set<() => void>;
}

/** A receiver's ear at one mailbox. Call `end` when done. */
export interface Listening {
  /** How often the mailbox has been rung. Read it before looking, so that a ring during the look is not missed. */
  readonly count: number;
  /** Resolves when rung since `heard`, after `ms`, or when the signal fires. Never rejects. */
  wait(heard: number, ms: number, signal?: AbortSignal): Promise<void>;
  end(): void;
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
    for (const wake of bell.waiting) wake();
  }

  /** Wakes everybody, so that they see that the transport is closing. */
  ringAll(): void {
    for (const agentId of this.#bells.keys()) this.ring(agentId);
  }

  listen(agentId: string): Listening {
    const bell = this.#bells.get(agentId) ?? { count: 0, listeners: 0, waiting: new Set() };
    this.#bells.set(agentId, bell);
    bell.listeners += 1;
    return {
      get count() {
        return bell.count;
      },
      wait: (heard, ms, signal) => this.#wait(bell, heard, ms, signal),
      end: () => {
        bell.listeners -= 1;
        if (bell.listeners === 0) this.#bells.delete(agentId);
      },
    };
  }

  #wait(bell: Bell, heard: number, ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (bell.count !== heard || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        bell.waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      // A receiver that waits is a call under way, which keeps the process alive.
      const cancel = this.#clock.timer(ms, wake, { keepAlive: true });
      bell.waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}
