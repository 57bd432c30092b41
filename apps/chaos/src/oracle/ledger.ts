import type { JournalEvent } from "./journal-event.js";
import { parseMessageId } from "./message-id.js";

/** One handing-out of a message, as its receiver wrote it down. */
export interface DeliveryNote {
  readonly atMs: number;
  readonly pid: number;
  readonly attempt: number;
}

/** What a handler did to a delivery other than acking it, or what it was told of it. */
export interface EndNote {
  readonly kind: "retry" | "reject" | "extend" | "told";
  readonly pid: number;
  readonly attempt: number;
  /** Before it was asked for; of "told": when. */
  readonly atMs: number;
  /** It resolved. */
  readonly done: boolean;
}

const ATTEMPTED = 1;
const STORED = 2;
const UNKNOWN = 4;
const NOTHING = 8;

/** All that the journals say of one message. */
export interface Entry {
  readonly id: string;
  readonly attempted: boolean;
  /** When it was first about to be sent; 0 if it was not. It was in the store no earlier than that. */
  readonly attemptedAtMs: number;
  /** The send resolved. */
  readonly accepted: boolean;
  /** When its first send resolved; 0 if none did. */
  readonly acceptedAtMs: number;
  /** A send ended with outcome "unknown", and none resolved. */
  readonly unknown: boolean;
  /** Every send of it ended with outcome "none". */
  readonly nothing: boolean;
  readonly handled: boolean;
  /** When its first handler was done; 0 if none was. */
  readonly handledAtMs: number;
  readonly acks: number;
  /** The attempt whose ack resolved; 0 if none did. */
  readonly ackedAttempt: number;
  readonly ends: readonly EndNote[];
  /** In the order of time. */
  readonly deliveries: readonly DeliveryNote[];
}

/** Columns that grow: a million messages fit into some sixty megabytes. */
class SenderColumns {
  flags = new Uint8Array(1_024);
  acks = new Uint8Array(1_024);
  ackedAttempt = new Uint16Array(1_024);
  attemptedAtMs = new Float64Array(1_024);
  acceptedAtMs = new Float64Array(1_024);
  handledAtMs = new Float64Array(1_024);
  deliveredAtMs = new Float64Array(1_024);
  deliveredBy = new Uint32Array(1_024);
  deliveredAttempt = new Uint16Array(1_024);
  last = 0;

  reach(number: number): void {
    this.last = Math.max(this.last, number);
    if (number < this.flags.length) return;
    const size = Math.max(number + 1, this.flags.length * 2);
    this.flags = grown(this.flags, new Uint8Array(size));
    this.acks = grown(this.acks, new Uint8Array(size));
    this.ackedAttempt = grown(this.ackedAttempt, new Uint16Array(size));
    this.attemptedAtMs = grown(this.attemptedAtMs, new Float64Array(size));
    this.acceptedAtMs = grown(this.acceptedAtMs, new Float64Array(size));
    this.handledAtMs = grown(this.handledAtMs, new Float64Array(size));
    this.deliveredAtMs = grown(this.deliveredAtMs, new Float64Array(size));
    this.deliveredBy = grown(this.deliveredBy, new Uint32Array(size));
    this.deliveredAttempt = grown(this.deliveredAttempt, new Uint16Array(size));
  }
}

function grown<Column extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

function keepEarliest(column: Float64Array, number: number, atMs: number): void {
  const earliest = column[number] as number;
  if (earliest === 0 || atMs < earliest) column[number] = atMs;
}

/** What all journals say, message by message. */
export class Ledger {
  readonly #senders = new Map<number, SenderColumns>();
  /** Deliveries beyond the first that was read. */
  readonly #more = new Map<string, DeliveryNote[]>();
  readonly #ends = new Map<string, EndNote[]>();
  /** Ids of events that no sender of the harness makes. */
  readonly foreign: string[] = [];

  add(event: JournalEvent): void {
    const parsed = parseMessageId(event.id);
    if (parsed === undefined) {
      this.foreign.push(event.id);
      return;
    }
    const { sender, number } = parsed;
    let columns = this.#senders.get(sender);
    if (columns === undefined) {
      columns = new SenderColumns();
      this.#senders.set(sender, columns);
    }
    columns.reach(number);
    this.#note(columns, number, event);
  }

  #note(columns: SenderColumns, number: number, { letter, id, atMs, word, pid }: JournalEvent): void {
    const flag = { A: ATTEMPTED, S: STORED, U: UNKNOWN, N: NOTHING }[letter] ?? 0;
    columns.flags[number] = (columns.flags[number] as number) | flag;
    if (letter === "K") {
      columns.acks[number] = (columns.acks[number] as number) + 1;
      columns.ackedAttempt[number] = Number(word);
    }
    if (letter === "Q" || letter === "X" || letter === "W") this.#noteEnd({ letter, id, atMs, word, pid });
    if (letter === "A") keepEarliest(columns.attemptedAtMs, number, atMs);
    if (letter === "S") keepEarliest(columns.acceptedAtMs, number, atMs);
    if (letter === "H") keepEarliest(columns.handledAtMs, number, atMs);
    if (letter === "D") {
      if (columns.deliveredAtMs[number] === 0) {
        columns.deliveredAtMs[number] = atMs;
        columns.deliveredBy[number] = pid;
        columns.deliveredAttempt[number] = Number(word);
      } else {
        const more = this.#more.get(id) ?? [];
        more.push({ atMs, pid, attempt: Number(word) });
        this.#more.set(id, more);
      }
    }
  }

  #noteEnd({ letter, id, atMs, word, pid }: JournalEvent): void {
    const [attempt, kind = "told"] = word.split(" ");
    const note = { kind: kind as EndNote["kind"], pid, attempt: Number(attempt), atMs };
    const known = this.#ends.get(id) ?? [];
    // What resolved was asked for before: the last note of that kind is its own.
    const asked = letter === "X" ? known.findLastIndex((each) => each.kind === kind && each.pid === pid) : -1;
    if (asked < 0) known.push({ ...note, done: false });
    else known[asked] = { ...(known[asked] as EndNote), done: true };
    this.#ends.set(id, known);
  }

  *entries(): Iterable<Entry> {
    for (const [sender, columns] of this.#senders) {
      for (let number = 1; number <= columns.last; number++) {
        const entry = this.#entry(sender, number, columns);
        if (entry.attempted || entry.deliveries.length > 0) yield entry;
      }
    }
  }

  #entry(sender: number, number: number, columns: SenderColumns): Entry {
    const id = `${sender}.${number}`;
    const flags = columns.flags[number] as number;
    const accepted = (flags & STORED) !== 0;
    const unknown = !accepted && (flags & UNKNOWN) !== 0;
    const handledAtMs = columns.handledAtMs[number] as number;
    return {
      id,
      attempted: (flags & ATTEMPTED) !== 0,
      attemptedAtMs: columns.attemptedAtMs[number] as number,
      accepted,
      acceptedAtMs: columns.acceptedAtMs[number] as number,
      unknown,
      nothing: !accepted && !unknown && (flags & NOTHING) !== 0,
      handled: handledAtMs !== 0,
      handledAtMs,
      acks: columns.acks[number] as number,
      ackedAttempt: columns.ackedAttempt[number] as number,
      ends: this.#ends.get(id) ?? [],
      deliveries: this.#deliveries(id, number, columns),
    };
  }

  #deliveries(id: string, number: number, columns: SenderColumns): readonly DeliveryNote[] {
    const atMs = columns.deliveredAtMs[number] as number;
    if (atMs === 0) return [];
    const first = {
      atMs,
      pid: columns.deliveredBy[number] as number,
      attempt: columns.deliveredAttempt[number] as number,
    };
    const more = this.#more.get(id);
    return more === undefined ? [first] : [first, ...more].sort((a, b) => a.atMs - b.atMs);
  }
}
