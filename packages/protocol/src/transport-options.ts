import type { Clock } from "./clock.js";
import type { AgentCommError } from "./errors.js";

/** What every transport can be told, whatever its driver. */
export interface TransportOptions {
  /**
   * How long a call may take when it does not say otherwise.
   * @default 5,000
   */
  readonly timeoutMs?: number;
  /**
   * Largest message or record on the wire, in bytes.
   * @default 262,144 (256 KiB)
   */
  readonly maxMessageBytes?: number;
  /**
   * Deepest nesting of a message or record.
   * @default 32
   */
  readonly maxDepth?: number;
  /**
   * Deliveries of one message before it is poison.
   * @default 5
   */
  readonly maxDeliveries?: number;
  /**
   * Back-off of a subscription's retries: capped exponential with full jitter.
   * @default { minMs: 1_000, maxMs: 300_000 }
   */
  readonly retryBackoff?: { readonly minMs: number; readonly maxMs: number };
  /**
   * A mailbox that no receiver has looked into for this long is left out of a broadcast to "*".
   * A transport may take note of a look once a minute only, so less than a few minutes leaves living receivers out.
   * @default 604,800,000 (7 days)
   */
  readonly mailboxIdleMs?: number;
  /**
   * Told of every failure in the background: a lost connection, a lease lost in a subscription, loss in the store.
   * @default process.emitWarning
   */
  readonly onError?: (error: AgentCommError) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /**
   * From 0 up to 1, for jitter. If it throws or returns anything else, a warning of the process tells it, and Math.random is used.
   * @default Math.random
   */
  readonly random?: () => number;
  /** @default a new UUIDv7 */
  readonly createId?: () => string;
}
