/**
 * The contract of a transport: mailboxes and records.
 *
 * Glossary. A *mailbox* is a durable inbox, one per agent. A *delivery* is one handing-out of a message, under a
 * *lease*: as long as it lasts nobody else gets the message. Settling ends a delivery: *ack* removes the message,
 * *retry* offers it again, *reject* moves it to the *dead letters*. An *attempt* counts deliveries of one message.
 * A *record* is a small shared document with a version. *Redrive* puts dead letters back into their mailbox.
 */
import type { AgentCommError, ErrorCode } from "./errors.js";
import type { AgentMessage, MessageInput } from "./message.js";
import type { RecordStore } from "./records.js";

/** What a transport can do. The set is closed; what is false is refused with NOT_SUPPORTED, never imitated. */
export interface TransportCapabilities {
  /** Messages survive a restart of every process that uses the transport. */
  readonly durable: boolean;
  /** Agents in different processes reach each other. */
  readonly crossProcess: boolean;
  /** Who lost a lease can change nothing. */
  readonly fenced: boolean;
  /** `delayMs` on send and retry holds a message. */
  readonly delay: boolean;
  /** Records can expire. */
  readonly recordTtl: boolean;
  /** A broadcast reaches all of its mailboxes or none. */
  readonly atomicFanOut: boolean;
}

/** Ends a call early, or bounds it. */
export interface CallOptions {
  /**
   * The call ends by then, with a value or an error.
   * @default the transport's timeoutMs (5,000)
   */
  readonly timeoutMs?: number;
  /** Ends the call with ABORTED. */
  readonly signal?: AbortSignal;
}

/** How a mailbox is opened. */
export interface MailboxOptions extends CallOptions {
  /** Topics, without "#", whose messages the mailbox receives. Replaces the topics of an earlier opening. */
  readonly topics?: readonly string[];
  /**
   * Most messages that the mailbox holds: ready, delayed, in flight and dead.
   * @default 1,000,000, or what an earlier opening set
   */
  readonly capacity?: number;
}

/** How a message is sent. */
export interface SendOptions extends CallOptions {
  /**
   * Holds the message back for this long, durably.
   * @default 0
   */
  readonly delayMs?: number;
  /**
   * Repeats of a send with the same key, from the same sender to the same mailbox, are stored once within 24 hours.
   * Printable ASCII, 1 to 128 characters.
   */
  readonly idempotencyKey?: string;
}

/** What became of a send. */
export interface Receipt {
  /** The message's id. */
  readonly id: string;
  /** The message was stored by an earlier send with the same idempotency key; nothing new was stored. */
  readonly duplicate: boolean;
  /** How many mailboxes the message has reached: 1, or the number of members of a fan-out that took it. */
  readonly stored: number;
  /** Members of a fan-out that did not take it, and why. Always empty for a single receiver: there the send rejects. */
  readonly refused: readonly { readonly agentId: string; readonly code: ErrorCode }[];
}

/** How messages are received. */
export interface ReceiveOptions extends CallOptions {
  /**
   * Most deliveries to hand out: at least 1, at most 10,000.
   * @default 10
   */
  readonly limit?: number;
  /**
   * How long to wait for the first one, if there is none. The call's timeoutMs counts in addition.
   * @default 0
   */
  readonly waitMs?: number;
  /**
   * How long each delivery is held for the caller. `extend` prolongs it.
   * @default 30,000
   */
  readonly leaseMs?: number;
}

/** One handing-out of a message. Settle it by exactly one of ack, retry and reject before its lease ends. */
export interface Delivery {
  readonly message: AgentMessage;
  /** 1 on the first delivery of the message, one higher on each further one. */
  readonly attempt: number;
  /** Names the delivery for `Transport.settle`, in this process or another. Opaque. */
  readonly token: string;
  /** When the lease ends if nobody extends it: epoch milliseconds on this machine's clock. */
  readonly leaseExpiresAt: number;
  /** Fires before the lease can be given to somebody else, if the delivery is not settled by then. */
  readonly signal: AbortSignal;
  /** Removes the message. Rejects with LEASE_LOST if somebody else holds it or it is settled already. */
  ack(): Promise<void>;
  /** Offers the message again, now or after `delayMs`; to the dead letters ("poison") once its attempts are used up. */
  retry(options?: RetryOptions): Promise<void>;
  /** Moves the message to the dead letters ("rejected"). */
  reject(reason: string): Promise<void>;
  /** Holds the delivery for another `leaseMs` (default: as before), counted from now. */
  extend(leaseMs?: number): Promise<void>;
}

/** How a message is offered again. */
export interface RetryOptions {
  /**
   * Holds it back for this long.
   * @default 0
   */
  readonly delayMs?: number;
  /** Kept with the message, and shown if it becomes a dead letter. */
  readonly reason?: string;
}

/** What can be done to a delivery by its token. */
export type SettleAction =
  | { readonly kind: "ack" }
  | { readonly kind: "retry"; readonly delayMs?: number; readonly reason?: string }
  | { readonly kind: "reject"; readonly reason: string }
  | { readonly kind: "extend"; readonly leaseMs?: number };

/** How a mailbox is subscribed to. */
export interface SubscribeOptions {
  /**
   * Most handlers running at once. No more is taken than there are places free: one is free again when its handler has ended,
   * while its message is still being settled.
   * @default 1
   */
  readonly concurrency?: number;
  /**
   * The lease of each delivery, renewed at a third of it while the handler runs.
   * @default 30,000
   */
  readonly leaseMs?: number;
  /**
   * How long a handler may take. Then its signal fires, the attempt counts as failed, and its place is free for another message,
   * though it may still run. Without it a handler that never ends holds its place, and its message, until the process ends.
   * @default no limit
   */
  readonly attemptTimeoutMs?: number;
  /** Stops the subscription, as `stop()` does. */
  readonly signal?: AbortSignal;
}

/** A running subscription. It keeps the process alive until it is stopped. */
export interface Subscription extends AsyncDisposable {
  /**
   * Takes nothing new, waits up to `drainMs` (default 30,000) for the running handlers, then hands what is left back at
   * once. Resolves when all that is done.
   */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
  /** Resolves once the subscription has ended, however it ended. */
  readonly closed: Promise<void>;
}

/** Why a message is a dead letter. */
export type DeadLetterReason = "expired" | "poison" | "rejected" | "unreadable";

/** A message that was taken out of its mailbox without having been handled. */
export interface DeadLetter {
  /** Names the dead letter for redrive and purge, within its mailbox. */
  readonly id: string;
  readonly reason: DeadLetterReason;
  /** What happened, for people. */
  readonly detail: string;
  /** The message, if it can be decoded. */
  readonly message?: AgentMessage;
  /**
   * What was stored, byte for byte, by field. The wire text is the field `message`. Where a stranger's entry has several fields of
   * one name, the last, which counts, has it; those before it are `name#2`, `name#3`, counted backwards.
   */
  readonly raw: Readonly<Record<string, Uint8Array>>;
  /** How often it was taken out of the mailbox, the time at which it was moved here included. */
  readonly attempts: number;
  /** Epoch milliseconds, on the store's clock. */
  readonly deadAt: number;
}

/** How dead letters are listed: oldest first. */
export interface DeadLetterOptions extends CallOptions {
  /**
   * @default 100
   */
  readonly limit?: number;
  /** Only those after this dead letter's id. */
  readonly after?: string;
}

/** What one mailbox holds. */
export interface MailboxStats {
  readonly agentId: string;
  /** Waiting to be received, including what has fallen due since a receiver last looked. */
  readonly ready: number;
  /** Held back by a delay or a retry's back-off. */
  readonly delayed: number;
  /** Delivered and not yet settled. */
  readonly inFlight: number;
  readonly dead: number;
  /** Nobody ever received from it: it was only sent to. */
  readonly orphaned: boolean;
}

/** What a transport holds, and what this process did with it. */
export interface TransportStats {
  /** Sorted by agent id. */
  readonly mailboxes: readonly MailboxStats[];
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
  readonly dead: number;
  /** Messages that this transport object has sent, and handed out. */
  readonly sent: number;
  readonly received: number;
  /** Messages that this transport object sent or handed out in the last 60 seconds. */
  readonly messagesPerMinute: number;
}

/**
 * How safely accepted messages are kept: see docs/DEPLOYMENT.md.
 *
 * - `memory`: they outlive processes, and no restart of the store.
 * - `disk`: they outlive a restart; a crash may take the last seconds.
 * - `fsync`: they outlive kill -9 and power loss, but not a promotion, which loses what only the former primary's disk has.
 * - `replicated(n)`: they outlive the primary, if one of the n replicas that have confirmed them is promoted. It says nothing of
 *   disks: if all of these servers lose power at once, what counts is what each has written.
 */
export type Durability = "memory" | "disk" | "fsync" | `replicated(${number})`;

/** Whether a transport can do its work now. */
export interface TransportHealth {
  readonly connected: boolean;
  readonly durability: Durability;
  /** Round trip to the store, in milliseconds. Absent if it does not answer. */
  readonly latencyMs?: number;
  /** What people should know: why it is not connected, settings that put messages at risk. */
  readonly warnings: readonly string[];
}

/**
 * Mailboxes and records, over some store. Made by `createTransport(driver)`; every package above is written on this
 * alone. The first use opens it; whoever created it closes it.
 */
export interface Transport extends AsyncDisposable {
  /** "memory", "redis", … */
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  readonly records: RecordStore;
  /** Connects and checks the store. Optional: the first use does it. Rejects with CONNECTION_LOST or UNSAFE_CONFIGURATION. */
  open(): Promise<void>;
  /** Creates an agent's mailbox, or sets an existing one's topics and capacity. Idempotent. */
  openMailbox(agentId: string, options?: MailboxOptions): Promise<void>;
  /** Removes a mailbox and all that belongs to it. Rejects with MAILBOX_NOT_EMPTY if it holds messages, unless `discard`. */
  deleteMailbox(agentId: string, options?: CallOptions & { readonly discard?: boolean }): Promise<void>;
  /** Resolves once the message is stored. The receiver need not exist yet. Rejects with an `outcome`. */
  send(message: MessageInput | AgentMessage, options?: SendOptions): Promise<Receipt>;
  /** Sends many; one result per message, in their order. Rejects only if the options are wrong or the transport is closed. */
  sendMany(
    messages: readonly (MessageInput | AgentMessage)[],
    options?: SendOptions,
  ): Promise<(Receipt | AgentCommError)[]>;
  /** Hands out up to `limit` messages, most urgent first. Resolves to [] if there is none within `waitMs`. */
  receive(agentId: string, options?: ReceiveOptions): Promise<Delivery[]>;
  /**
   * Calls `handler` for each message. Its promise is the acknowledgement: resolved, ack; rejected, retry with back-off
   * (dead letter, if attempts are used up or the error is an AgentCommError that is not retryable; ABORTED, CLOSED and
   * LEASE_LOST lie not in the message, and are retried).
   */
  subscribe(
    agentId: string,
    handler: (delivery: Delivery) => Promise<unknown>,
    options?: SubscribeOptions,
  ): Subscription;
  /** Settles a delivery by its token: for callers that can't hold a Delivery. Rejects as the Delivery's methods do. */
  settle(token: string, action: SettleAction, options?: CallOptions): Promise<void>;
  /** Lists dead letters, oldest first. */
  deadLetters(agentId: string, options?: DeadLetterOptions): Promise<DeadLetter[]>;
  /** Puts dead letters back, their attempts start again. Without ids: all but the unreadable. Resolves to how many. */
  redrive(agentId: string, ids?: readonly string[], options?: CallOptions): Promise<number>;
  /** Removes dead letters for good. Without ids: all. Resolves to how many. */
  purgeDeadLetters(agentId: string, ids?: readonly string[], options?: CallOptions): Promise<number>;
  stats(options?: CallOptions): Promise<TransportStats>;
  health(options?: CallOptions): Promise<TransportHealth>;
  /**
   * Stops subscriptions, lets what is under way end, and closes connections that it opened. It takes the transport's
   * timeoutMs at most: handlers that still run after four fifths of it are told, and their messages handed back.
   * Idempotent.
   */
  close(): Promise<void>;
}
