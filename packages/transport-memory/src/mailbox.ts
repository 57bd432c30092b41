import {
  AgentCommError,
  type AppendEntry,
  type AppendResult,
  type DeadLetterReason,
  type MailboxStats,
  PRIORITIES,
  type RenewEntry,
  type SettleEntry,
  type StoredDeadLetter,
  type TakenEntry,
} from "@agentcomm/protocol";
import { type DeadEntry, DeadLetterBox } from "./dead-letter-box.js";
import { copyFields, type Entry } from "./entry.js";
import { IndexedHeap } from "./indexed-heap.js";
import { Lane } from "./lane.js";
import { SentKeys } from "./sent-keys.js";
import type { Sequence } from "./sequence.js";

const DEFAULT_CAPACITY = 1_000_000;

const LANE_OF: Readonly<Record<string, number>> = Object.fromEntries(PRIORITIES.map((name, index) => [name, index]));

const fallsDueFirst = (a: Entry, b: Entry): boolean => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);

/**
 * One agent's inbox. Every method that is given `now` (the broker's monotonic clock) first offers what has fallen due by
 * then, so that the order of things does not depend on when somebody looked.
 */
export class Mailbox {
  readonly agentId: string;
  topics: readonly string[] = [];
  capacity = DEFAULT_CAPACITY;
  /** When a receiver last took from it, on the monotonic clock. */
  lookedAt: number | undefined;

  readonly #sequence: Sequence;
  readonly #lanes = PRIORITIES.map(() => new Lane());
  /** Delayed and leased entries. */
  readonly #held = new IndexedHeap<Entry>(fallsDueFirst);
  #delayed = 0;
  /** Entries with a delivery that may still be settled, leased or lapsed, by its token. */
  readonly #delivered = new Map<string, Entry>();
  readonly #dead = new DeadLetterBox();
  readonly #sentKeys = new SentKeys();

  constructor(agentId: string, sequence: Sequence) {
    this.agentId = agentId;
    this.#sequence = sequence;
  }

  /** How many messages it holds: ready, delayed, in flight and dead. */
  get size(): number {
    return this.ready + this.#held.size + this.#dead.size;
  }

  /** How many are on offer. */
  get ready(): number {
    let ready = 0;
    for (const lane of this.#lanes) ready += lane.size;
    return ready;
  }

  /** When the next delay or lease ends. Undefined: nothing is held. */
  get nextDueAt(): number | undefined {
    return this.#held.first?.dueAt;
  }

  append(sent: AppendEntry, now: number): AppendResult {
    this.offerDue(now);
    const key = sent.idempotencyKey;
    if (key !== undefined && this.#sentKeys.has(sent.from, key, now)) return "duplicate";
    if (this.size >= this.capacity) {
      return new AgentCommError(
        "MAILBOX_FULL",
        `The mailbox of agent "${this.agentId}" is full: its capacity is ${this.capacity}. Send again later, or raise the capacity.`,
        { outcome: "none", details: { agentId: this.agentId, capacity: this.capacity } },
      );
    }
    if (key !== undefined) this.#sentKeys.add(sent.from, key, now);
    this.#enter(LANE_OF[sent.priority] as number, sent.payload, undefined, sent.delayMs, now);
    return "stored";
  }

  /** Puts an entry in as a stranger might: any fields, no check. */
  appendRaw(fields: Readonly<Record<string, Uint8Array>>, priority: string, now: number): void {
    this.offerDue(now);
    this.#enter(LANE_OF[priority] as number, fields.message, fields, 0, now);
  }

  take(limit: number, leaseMs: number, now: number): TakenEntry[] {
    this.offerDue(now);
    this.lookedAt = now;
    const taken: TakenEntry[] = [];
    for (const lane of this.#lanes) {
      while (taken.length < limit) {
        const entry = lane.shift();
        if (entry === undefined) break;
        // Its last holder cannot settle it any more.
        if (entry.state === "lapsed") this.#delivered.delete(entry.token);
        entry.attempt += 1;
        entry.token = `${this.agentId}:${this.#sequence.next()}`;
        this.#hold(entry, "leased", now + leaseMs);
        this.#delivered.set(entry.token, entry);
        taken.push(takenOf(entry));
      }
    }
    return taken;
  }

  /** Ends a delivery. False: it is not the entry's current one, and nothing was changed. */
  settle({ token, action }: SettleEntry, now: number, deadAt: number): boolean {
    this.offerDue(now);
    const entry = this.#release(token);
    if (entry === undefined) return false;
    this.#delivered.delete(token);
    if (action.kind === "dead") this.#bury(entry, action.reason, action.detail, deadAt);
    if (action.kind === "retry") {
      if (action.uncounted === true) entry.attempt -= 1;
      else entry.noted += 1;
      if (action.reason !== undefined) entry.reasons = [...(entry.reasons ?? []), action.reason];
      if (action.delayMs > 0) this.#hold(entry, "delayed", now + action.delayMs);
      else this.#offerAgain(entry, "ready");
    }
    return true;
  }

  /** Makes a delivery's lease end `leaseMs` from now. False: it is not the entry's current one. */
  renew({ token, leaseMs }: RenewEntry, now: number): boolean {
    this.offerDue(now);
    const entry = this.#release(token);
    if (entry === undefined) return false;
    this.#hold(entry, "leased", now + leaseMs);
    return true;
  }

  deadLetters(after: string, limit: number): StoredDeadLetter[] {
    return this.#dead.list(Number(after), limit).map((dead) => ({
      id: String(dead.id),
      reason: dead.reason,
      detail: dead.detail,
      raw: copyFields(dead.entry),
      attempts: dead.entry.attempt,
      deadAt: dead.deadAt,
    }));
  }

  redrive(ids: readonly string[] | undefined, now: number): number {
    this.offerDue(now);
    const isMeant = (dead: DeadEntry): boolean => ids !== undefined || dead.reason !== "unreadable";
    const back = this.#dead.remove(ids, isMeant);
    // A new entry, not the old one again: its attempts start anew.
    for (const { entry } of back) this.#enter(entry.lane, entry.payload, entry.fields, 0, now);
    return back.length;
  }

  purge(ids: readonly string[] | undefined): number {
    return this.#dead.remove(ids, () => true).length;
  }

  stats(now: number): MailboxStats {
    this.offerDue(now);
    return {
      agentId: this.agentId,
      ready: this.ready,
      delayed: this.#delayed,
      inFlight: this.#held.size - this.#delayed,
      dead: this.#dead.size,
      orphaned: this.lookedAt === undefined,
    };
  }

  /**
   * Puts on offer what has fallen due: what was never delivered at the end of the line, what was where it stood, ahead of all
   * that came after it.
   */
  offerDue(now: number): void {
    for (let first = this.#held.first; first !== undefined && first.dueAt <= now; first = this.#held.first) {
      this.#held.remove(first);
      if (first.state === "delayed") this.#delayed -= 1;
      if (first.state === "leased") this.#offerAgain(first, "lapsed");
      else if (first.attempt > 0) this.#offerAgain(first, "ready");
      else {
        first.order = this.#sequence.next();
        this.#offer(first);
      }
    }
  }

  #enter(lane: number, payload: Uint8Array | undefined, fields: Entry["fields"], delayMs: number, now: number): void {
    const entry: Entry = {
      token: "",
      order: this.#sequence.next(),
      lane,
      payload,
      fields,
      attempt: 0,
      reasons: undefined,
      noted: 0,
      state: "ready",
      dueAt: 0,
      heapIndex: -1,
      next: undefined,
    };
    if (delayMs > 0) this.#hold(entry, "delayed", now + delayMs);
    else this.#offer(entry);
  }

  #offer(entry: Entry): void {
    entry.state = "ready";
    this.#laneOf(entry).push(entry);
  }

  #offerAgain(entry: Entry, state: "ready" | "lapsed"): void {
    entry.state = state;
    this.#laneOf(entry).giveBack(entry);
  }

  #hold(entry: Entry, state: "delayed" | "leased", dueAt: number): void {
    if (state === "delayed") this.#delayed += 1;
    entry.state = state;
    entry.dueAt = dueAt;
    this.#held.add(entry);
  }

  /** Takes a delivered entry out of wherever it is, if this delivery is its current one. */
  #release(token: string): Entry | undefined {
    const entry = this.#delivered.get(token);
    if (entry === undefined) return undefined;
    if (entry.state === "leased") this.#held.remove(entry);
    else this.#laneOf(entry).withdraw(entry);
    return entry;
  }

  #bury(entry: Entry, reason: DeadLetterReason, detail: string, deadAt: number): void {
    this.#dead.add({ id: this.#sequence.next(), entry, reason, detail, deadAt });
  }

  #laneOf(entry: Entry): Lane {
    return this.#lanes[entry.lane] as Lane;
  }
}

function takenOf({ token, attempt, payload, reasons, noted }: Entry): TakenEntry {
  const taken: { -readonly [Key in keyof TakenEntry]: TakenEntry[Key] } = { token, attempt };
  if (payload !== undefined) taken.payload = payload;
  if (reasons !== undefined) taken.reasons = reasons;
  if (noted > 0) taken.noted = noted;
  return taken;
}
