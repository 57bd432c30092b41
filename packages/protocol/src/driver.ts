/**
 * What a stranger implements to bring AgentComm to another store. A driver moves bytes; `createTransport` does all else:
 * validation, encoding, limits, lifecycle, waiting, deadlines, back-off, expiry, poison, fan-out, diagnostics.
 *
 * A driver never sees a message that breaks the format, an agent id outside its grammar, or a call after `close`.
 * It rejects with an AgentCommError; anything else it throws becomes STORE_FAILED.
 */
import type { AgentCommError } from "./errors.js";
import type { Priority } from "./message.js";
import type { DeadLetterReason, MailboxStats, TransportCapabilities, TransportHealth } from "./transport.js";

/** Bounds one call of a driver. */
export interface DriverCall {
  /**
   * On the transport's monotonic clock. By then the driver should have settled the call, with an `outcome` as exact as
   * it knows; shortly after it `createTransport` gives up with TIMEOUT and the outcome "unknown".
   */
  readonly deadline: number;
}

/** One message for one mailbox. */
export interface AppendEntry {
  readonly agentId: string;
  readonly priority: Priority;
  /**
   * The wire text, UTF-8. The driver keeps it byte for byte, in the raw field `message`. It is never changed afterwards, so
   * a driver may keep the array itself.
   */
  readonly payload: Uint8Array;
  /** 0: ready at once. */
  readonly delayMs: number;
  /** Scopes the idempotency key. */
  readonly from: string;
  /** Kept for 24 hours per sender and mailbox. */
  readonly idempotencyKey?: string;
}

/** What became of an entry: stored, known already, or refused (MAILBOX_FULL, STORAGE_FULL, CONNECTION_LOST, …). */
export type AppendResult = "stored" | "duplicate" | AgentCommError;

/** One entry, leased. */
export interface TakenEntry {
  /** Names this delivery: everything that settle and renew need, in any process. No two deliveries share one. */
  readonly token: string;
  /** The raw field `message`. Absent if the entry has none. */
  readonly payload?: Uint8Array;
  /** Set by a driver which knows that the stored bytes are damaged: why. */
  readonly damaged?: string;
  /** 1 on the first delivery. */
  readonly attempt: number;
  /** The reasons given by earlier retries, oldest first. A driver may keep the newest only. */
  readonly reasons?: readonly string[];
  /**
   * How many of the earlier attempts were handed back by a retry, with a reason or without, and did not end in silence.
   * Absent: as many as there are reasons.
   */
  readonly noted?: number;
}

/** What a take found. */
export interface TakeResult {
  /**
   * At most `limit`: critical before high before medium before low, and first in, first out within one. What was delivered before
   * stands where it stood, however it came back; what was delayed, behind all that was there when it fell due.
   */
  readonly entries: readonly TakenEntry[];
  /**
   * How long until something held in this mailbox (a delay, a lease) falls due. Absent: nothing is held. The receiver
   * looks again by then without being rung.
   */
  readonly nextDueInMs?: number;
  /**
   * Nothing was left behind to take: until the receiver is rung, or something falls due, another take would find nothing, and
   * none is made. Absent: nobody knows. Without entries it goes without saying.
   */
  readonly drained?: boolean;
}

/** Ends one delivery. */
export interface SettleEntry {
  readonly token: string;
  readonly action:
    | { readonly kind: "ack" }
    /** `uncounted`: nobody was given it, so this delivery was no attempt; the next one has the same number. */
    | { readonly kind: "retry"; readonly delayMs: number; readonly reason?: string; readonly uncounted?: boolean }
    | { readonly kind: "dead"; readonly reason: DeadLetterReason; readonly detail: string };
}

/** Prolongs one delivery's lease to `leaseMs` from now. The token stays. */
export interface RenewEntry {
  readonly token: string;
  readonly leaseMs: number;
}

/** Undefined: done. LEASE_LOST: the token's delivery is no longer the current one, and nothing was changed. */
export type SettleResult = AgentCommError | undefined;

/** A dead letter as stored. */
export interface StoredDeadLetter {
  readonly id: string;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  /** All fields of the entry, byte for byte. */
  readonly raw: Readonly<Record<string, Uint8Array>>;
  readonly attempts: number;
  readonly deadAt: number;
}

/** Something to look at: a mailbox may have become worth a take, or a collection of records has changed. */
export type Ring = { readonly mailbox: string } | { readonly collection: string };

/** A record as stored. */
export interface StoredRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly version: number;
  /** Milliseconds left to live. Absent: it does not expire. */
  readonly expiresInMs?: number;
}

/** What changed in a collection. */
export interface RecordChanges {
  /**
   * The newest state of every key that changed, each key once. If `reset`, every record there is: the driver no longer
   * knows what changed since `since`.
   */
  readonly changes: readonly (
    | { readonly kind: "put"; readonly key: string; readonly record: StoredRecord }
    | { readonly kind: "delete" | "expire"; readonly key: string }
  )[];
  readonly reset: boolean;
  /** Pass it as `since` the next time. */
  readonly cursor: number;
  /** How long until a record of the collection expires. Absent: none will. The watcher asks again by then. */
  readonly nextExpiryInMs?: number;
}

/** The records of a driver. An expired record is never returned, even before it has been swept. */
export interface DriverRecords {
  get(collection: string, key: string, call: DriverCall): Promise<StoredRecord | undefined>;
  list(
    collection: string,
    options: { readonly prefix: string; readonly after: string; readonly limit: number },
    call: DriverCall,
  ): Promise<readonly StoredRecord[]>;
  /** Resolves to the new version; rejects with VERSION_CONFLICT. */
  put(
    collection: string,
    key: string,
    value: Uint8Array,
    options: { readonly ifVersion?: number; readonly ttlMs?: number },
    call: DriverCall,
  ): Promise<number>;
  /** Resolves to whether there was one; rejects with VERSION_CONFLICT. */
  delete(collection: string, key: string, options: { readonly ifVersion?: number }, call: DriverCall): Promise<boolean>;
  /** What changed after `since`. `since` 0: everything there is, with `reset` true. Also sweeps what has expired. */
  changes(collection: string, since: number, call: DriverCall): Promise<RecordChanges>;
  /** From now on ring for the collection, until the returned function is called. */
  attend(collection: string): () => void;
}

/** Bytes in, bytes out, over one store and one namespace. */
export interface Driver {
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  /** In a quiet system a waiting receiver is rung within this time of the append. The kit checks it. */
  readonly wakeMs: number;
  readonly records: DriverRecords;
  /** Connects and checks the store. Called once, before anything but `onRing` and `onTrouble`. If it rejects, it may be called again. */
  open(call: DriverCall): Promise<void>;
  /** Ends everything that the driver opened. Called once; `open` may not have been called. */
  close(call: DriverCall): Promise<void>;
  /**
   * Where to tell that a mailbox may have something to take, or that a collection changed. May be called too often,
   * never too rarely: a lost notification is made good within a second. Called once, before `open`.
   */
  onRing(listener: (ring: Ring) => void): void;
  /** Where to tell of failures in the background, and of loss. Called once, before `open`. */
  onTrouble(listener: (error: AgentCommError) => void): void;
  /** Creates the mailbox or changes it. Topics replace; an absent capacity or topics leave what is set. */
  openMailbox(
    agentId: string,
    options: { readonly topics?: readonly string[]; readonly capacity?: number },
    call: DriverCall,
  ): Promise<void>;
  /** Rejects with MAILBOX_NOT_EMPTY unless `discard`. Leaves nothing of the agent behind. Ok if there is none. */
  deleteMailbox(agentId: string, options: { readonly discard: boolean }, call: DriverCall): Promise<void>;
  /** Stores each entry, creating mailboxes where there are none. One result per entry, in their order. */
  append(batch: readonly AppendEntry[], call: DriverCall): Promise<readonly AppendResult[]>;
  /**
   * Leases up to `limit` entries and counts an attempt for each. From its first take on, a mailbox counts as looked
   * into, and its rings reach this driver.
   */
  take(
    agentId: string,
    options: { readonly limit: number; readonly leaseMs: number },
    call: DriverCall,
  ): Promise<TakeResult>;
  /** One result per entry, in their order. */
  settle(batch: readonly SettleEntry[], call: DriverCall): Promise<readonly SettleResult[]>;
  /** One result per entry, in their order. */
  renew(batch: readonly RenewEntry[], call: DriverCall): Promise<readonly SettleResult[]>;
  /** Oldest first, after `after` ("" for the first). */
  deadLetters(
    agentId: string,
    options: { readonly after: string; readonly limit: number },
    call: DriverCall,
  ): Promise<readonly StoredDeadLetter[]>;
  /** Without ids: all but the unreadable. Resolves to how many. */
  redrive(agentId: string, ids: readonly string[] | undefined, call: DriverCall): Promise<number>;
  /** Without ids: all. Resolves to how many. */
  purge(agentId: string, ids: readonly string[] | undefined, call: DriverCall): Promise<number>;
  /** The mailboxes of a topic; without one, every mailbox that a receiver has looked into within `idleMs`. */
  members(
    topic: string | undefined,
    options: { readonly idleMs: number },
    call: DriverCall,
  ): Promise<readonly string[]>;
  /** Every mailbox, sorted by agent id. */
  stats(call: DriverCall): Promise<readonly MailboxStats[]>;
  /** Resolves also if the store does not answer: then with `connected` false. */
  health(call: DriverCall): Promise<TransportHealth>;
}
