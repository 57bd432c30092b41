import type { RedisTransportOptions } from "@agentcomm/transport-redis";
import type { LogOrder } from "./log-order.js";
import type { AgentsOrder, BatchesOrder, CoordinatorOrder, VictimsOrder } from "./task-orders.js";
import type { Usage } from "./usage.js";
import type { VisitOrder } from "./visit-orders.js";

/** How an actor reaches the store: the options of the Redis transport that can be told to another process. */
export interface TransportOrder
  extends Pick<
    RedisTransportOptions,
    "url" | "cluster" | "sentinel" | "username" | "tls" | "timeoutMs" | "stallMs" | "maxDeliveries" | "retryBackoff"
  > {
  readonly namespace: string;
  readonly password?: string;
  /** A file that holds the password: read at each attempt to connect, as a secret that is rotated is. */
  readonly passwordFile?: string;
  /** Calls that end after their deadline are written down. */
  readonly timed?: true;
  /** How far this process's wall clock is off. */
  readonly clockShiftMs?: number;
  /** Replicas that must have a write before it counts. */
  readonly replicas?: number;
}

/** What the handler of a message does: the message says it. */
export type Work =
  /**
   * Waits. `heeds`: no longer than until its signal fires; then it leaves the work undone, and fails. `ends` says how it ends
   * if not by an ack: "retry" has the first delivery made again, "extend" prolongs the lease and waits once more.
   */
  | {
      readonly kind: "sleep";
      readonly ms: number;
      readonly heeds?: true;
      readonly ends?: "retry" | "reject" | "extend";
    }
  /** Holds the event loop up, the first time that it is delivered. */
  | { readonly kind: "block"; readonly ms: number }
  | { readonly kind: "throw" }
  /** Ends the process: with an exit code, or by SIGABRT. */
  | { readonly kind: "exit" }
  | { readonly kind: "abort" }
  /** Never ends, and does not look at its signal. */
  | { readonly kind: "hang" };

/** So many of all messages get this work; the rest is done at once. */
export interface WorkShare {
  readonly share: number;
  readonly work: Work;
}

/** How urgent a message is. */
export type Priority = "critical" | "high" | "medium" | "low";

/** A process that sends. */
export interface SenderOrder {
  readonly kind: "sender";
  readonly dir: string;
  readonly transport: TransportOrder;
  /** Its number in the ids of its messages: no two senders of a row have the same. */
  readonly sender: number;
  /** Whom it sends to, in turn. */
  readonly to: readonly string[];
  readonly count: number;
  /** Sends under way at once. */
  readonly window: number;
  /** At most so many a second; left out: as fast as it goes. */
  readonly perSecond?: number;
  /** Of all its messages; or several, which they get in turn. */
  readonly priority?: Priority | readonly Priority[];
  readonly payloadBytes?: number;
  readonly work?: readonly WorkShare[];
  /** Decides which message gets which work. */
  readonly seed: number;
  /**
   * What to do when a send fails: leave it, or repeat it with the same idempotency key until it is told that the message is stored. A
   * message that is left is journaled with its outcome.
   */
  readonly onFailure: "leave" | "repeat";
}

/** A process that receives. */
export interface ReceiverOrder {
  readonly kind: "receiver";
  readonly dir: string;
  readonly transport: TransportOrder;
  readonly mailboxes: readonly string[];
  readonly concurrency: number;
  readonly leaseMs: number;
  /** How long a handler may take. */
  readonly attemptTimeoutMs?: number;
  /** Who acks: the handler itself, which then knows what became of it, or the subscription once the handler resolved. */
  readonly acks: "handler" | "subscription";
  /** Whenever a handler is told something, it is written down when its process was not let run, during the lease before. */
  readonly watchesLoop?: true;
}

/** A process that makes all other calls again and again. */
export interface CallerOrder {
  readonly kind: "caller";
  readonly dir: string;
  readonly transport: TransportOrder;
}

export type Order =
  | SenderOrder
  | ReceiverOrder
  | CallerOrder
  | CoordinatorOrder
  | AgentsOrder
  | BatchesOrder
  | VictimsOrder
  | LogOrder
  | VisitOrder;

/** What the harness tells an actor. */
export type ToActor =
  | { readonly kind: "start"; readonly order: Order }
  | { readonly kind: "measure" }
  | { readonly kind: "stop"; readonly drainMs: number };

/** What an actor tells the harness. */
export type FromActor =
  | { readonly kind: "ready" }
  /** It has done all that it was to do, or stopped in good order; it ends. */
  | { readonly kind: "done" }
  /** The answer to "measure". */
  | { readonly kind: "usage"; readonly usage: Usage }
  /** It cannot do what it was told. */
  | { readonly kind: "failed"; readonly message: string };
