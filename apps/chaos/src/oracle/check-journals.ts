import { isStaleSettled } from "./is-stale-settled.js";
import { type DeliveryNote, type Entry, Ledger } from "./ledger.js";
import type { StoreContents } from "./raw-store.js";
import { readJournals } from "./read-journals.js";
import { byTheClock, type Took } from "./took.js";

/** A receiver that was stopped in the middle of its work: killed, paused, blocked. */
export interface Interruption {
  readonly pid: number;
  /** On the clock of the journals. */
  readonly atMs: number;
}

/** A timed call that ended after its deadline, or had not ended a second after it. */
export interface OverdueCall {
  readonly name: string;
  readonly lateMs: number;
  /** How much of that its process was not let run. */
  readonly starvedMs: number;
}

/** Some of the ids a finding is about, and how many there are. */
export interface Finding {
  readonly count: number;
  readonly ids: readonly string[];
}

/** What the journals and the raw store, held against each other, say. Nobody of the library was asked. */
export interface Account {
  readonly attempted: number;
  readonly accepted: number;
  /** Sends that ended with outcome "unknown" for good. */
  readonly unknown: number;
  /** Sends that ended with outcome "none" for good. */
  readonly nothing: number;
  readonly handled: number;
  /** Handings-out, repeats included. */
  readonly deliveries: number;
  /** Accepted, never handled, and not in the store either. */
  readonly lost: Finding;
  /** Accepted, never handled, still waiting in the store when the row was over. */
  readonly stranded: Finding;
  /** Whatever else was still waiting in the store when the row was over, though nobody had left it there: handled and never settled. */
  readonly leftBehind: Finding;
  /** Delivered or stored though nobody had sent it, or though its send had said that nothing was stored. */
  readonly unexpected: Finding;
  /** Stored more than once: more than one first delivery, or more than one copy in the store. */
  readonly storedTwice: Finding;
  /** Acks that resolved: those of handlers that ack for themselves. What a subscription acks nobody writes down. */
  readonly acks: number;
  /** Acked more than once: somebody who had lost the lease changed something. */
  readonly ackedTwice: Finding;
  /** Acked, rejected, retried or prolonged by a holder after it had been handed out to another one. */
  readonly staleSettled: Finding;
  /** Handings-out after the first one. */
  readonly repeats: number;
  /** Handed out again after a handler had done its work. */
  readonly repeatedAfterHandled: Finding;
  /** Dead letters by their reason, each message once. */
  readonly dead: Readonly<Record<string, number>>;
  /** Entries of the store that cannot be read, dead letters included. */
  readonly unreadable: number;
  /** Refused acks, retries, rejections, prolongings: their holder had lost the lease. */
  readonly leaseLost: number;
  /** Failures that senders were told of, by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Failures in the background, by code. */
  readonly troubles: Readonly<Record<string, number>>;
  /** Failures that showed their user a refusal of the server in the server's words; their texts stand for the ids. */
  readonly refusalsShown: Finding;
  /** Timed calls that ended after their deadline, or had not ended a second after it. */
  readonly overdue: readonly OverdueCall[];
  /** For each message that an interrupted receiver held: milliseconds until it was handed out again, sorted. */
  readonly recoveriesMs: readonly number[];
  /** When sends were accepted, sorted, on the clock of the journals. */
  readonly acceptedAtMs: Float64Array;
  /** How long anything took: as the recoveries were measured. */
  readonly took: Took;
  /** Every message, for what a row alone wants to know. */
  readonly entries: () => Iterable<Entry>;
}

/** What the checker must know of a row. */
export interface CheckOptions {
  readonly interruptions?: readonly Interruption[];
  /** How times are measured that something took. Left out: by the clock. */
  readonly took?: Took;
}

/** Reads all journals in `dir` and holds them against what lies in the store. */
export async function checkJournals(dir: string, store: StoreContents, options: CheckOptions = {}): Promise<Account> {
  const { interruptions = [], took = byTheClock } = options;
  const ledger = new Ledger();
  const failures: Record<string, number> = {};
  const troubles: Record<string, number> = {};
  const refusalsShown = new Findings();
  const accepted: number[] = [];
  const overdue: OverdueCall[] = [];
  let leaseLost = 0;
  await readJournals(dir, (event) => {
    const { letter, id, word, atMs } = event;
    if (letter === "E") troubles[word] = (troubles[word] ?? 0) + 1;
    else if (letter === "O") overdue.push(readOverdue(id, word));
    else if (letter === "V") refusalsShown.add(word);
    else ledger.add(event);
    if (letter === "U" || letter === "N") failures[word] = (failures[word] ?? 0) + 1;
    if (letter === "L") leaseLost += 1;
    if (letter === "S") accepted.push(atMs);
  });
  return {
    ...compare(ledger, store, interruptions, took),
    leaseLost,
    failures,
    troubles,
    refusalsShown,
    overdue,
    acceptedAtMs: Float64Array.from(accepted).sort(),
    took,
    entries: () => ledger.entries(),
  };
}

function readOverdue(name: string, word: string): OverdueCall {
  const [lateMs = Number.NaN, starvedMs = Number.NaN] = word.split(" ").map(Number);
  return { name, lateMs, starvedMs };
}

/** Gathers ids: the first of them, and how many there are. */
export class Findings implements Finding {
  readonly ids: string[] = [];
  count = 0;

  add(id: string): void {
    this.count += 1;
    if (this.ids.length < 20) this.ids.push(id);
  }
}

function compare(ledger: Ledger, store: StoreContents, interruptions: readonly Interruption[], took: Took) {
  const { waiting, dead, reasons, unreadable } = index(store);
  const counts = { attempted: 0, accepted: 0, unknown: 0, nothing: 0, handled: 0, deliveries: 0, repeats: 0, acks: 0 };
  const lost = new Findings();
  const stranded = new Findings();
  const leftBehind = new Findings();
  const unexpected = new Findings();
  const storedTwice = new Findings();
  const ackedTwice = new Findings();
  const staleSettled = new Findings();
  const repeatedAfterHandled = new Findings();
  const recoveriesMs: number[] = [];
  const interruptedAt = interruptionsByPid(interruptions);
  const known = new Set<string>();
  for (const entry of ledger.entries()) {
    const { id, deliveries } = entry;
    if (waiting.has(id) || dead.has(id)) known.add(id);
    counts.attempted += Number(entry.attempted);
    counts.accepted += Number(entry.accepted);
    counts.unknown += Number(entry.unknown);
    counts.nothing += Number(entry.nothing);
    counts.handled += Number(entry.handled);
    counts.deliveries += deliveries.length;
    counts.repeats += Math.max(deliveries.length - 1, 0);
    const copies = waiting.get(id) ?? 0;
    const isDead = dead.has(id);
    counts.acks += entry.acks;
    const isMissed = entry.accepted && !entry.handled && !isDead;
    if (copies > 0) (isMissed ? stranded : leftBehind).add(id);
    else if (isMissed) lost.add(id);
    if (!entry.attempted || (entry.nothing && (deliveries.length > 0 || copies > 0 || isDead))) unexpected.add(id);
    if (deliveries.filter(({ attempt }) => attempt === 1).length > 1 || copies > 1) storedTwice.add(id);
    if (entry.acks > 1) ackedTwice.add(id);
    if (isStaleSettled(entry)) staleSettled.add(id);
    if (entry.handled && deliveries.some(({ atMs }) => atMs > entry.handledAtMs)) repeatedAfterHandled.add(id);
    recoveriesMs.push(...recoveriesOf(entry, interruptedAt, took));
  }
  for (const id of [...ledger.foreign, ...waiting.keys(), ...dead]) if (!known.has(id)) unexpected.add(id);
  for (const { id, place } of store.messages) {
    if (place !== "dead" && !known.has(id)) leftBehind.add(id === "" ? "an unreadable entry" : id);
  }
  return {
    ...counts,
    lost,
    stranded,
    leftBehind,
    unexpected,
    storedTwice,
    ackedTwice,
    staleSettled,
    repeatedAfterHandled,
    dead: reasons,
    unreadable,
    recoveriesMs: recoveriesMs.sort((a, b) => a - b),
  };
}

function index({ messages }: StoreContents) {
  const waiting = new Map<string, number>();
  const dead = new Set<string>();
  const reasons: Record<string, number> = {};
  let unreadable = 0;
  for (const { id, place, reason = "" } of messages) {
    if (id === "") unreadable += 1;
    if (place === "dead") {
      if (id === "" || !dead.has(id)) reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (id !== "") dead.add(id);
    } else if (id !== "") waiting.set(id, (waiting.get(id) ?? 0) + 1);
  }
  return { waiting, dead, reasons, unreadable };
}

function interruptionsByPid(interruptions: readonly Interruption[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { pid, atMs } of interruptions) found.set(pid, [...(found.get(pid) ?? []), atMs]);
  return found;
}

/** For each holder that was interrupted between a delivery and its end: how long until the next delivery. */
function* recoveriesOf(entry: Entry, interruptedAt: ReadonlyMap<number, number[]>, took: Took): Iterable<number> {
  for (const [index, { pid, atMs }] of entry.deliveries.entries()) {
    const next: DeliveryNote | undefined = entry.deliveries[index + 1];
    const stoppedAt = interruptedAt.get(pid)?.find((at) => at >= atMs);
    if (next === undefined || stoppedAt === undefined || next.atMs < stoppedAt) continue;
    yield took(stoppedAt, next.atMs);
  }
}
