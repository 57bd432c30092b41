import type { TakenEntry } from "@agentcomm/protocol";
import { compareIds, type Token } from "./token.js";

/** Entries of one lane, leased together: in order of their ids if they were offered for the first time. */
export interface Lease {
  readonly lane: string;
  /** At least one. */
  readonly ids: readonly string[];
  readonly entries: readonly TakenEntry[];
  /** They had been offered before. */
  readonly again: boolean;
  /** When it ends, on the monotonic clock. */
  readonly until: number;
}

/** Ids from first to last: read one after the other, with no answer lost in between. */
interface Range {
  first: string;
  last: string;
  /** When the last of the leases ends. */
  until: number;
}

/** Much longer than a receiver that settles late, before its message was offered again, can be late. */
const OVERDUE_MS = 60_000;
/** More ranges of one lane are put together: what was lost between them then waits for its lease to end. */
const MAX_RANGES = 32;

/**
 * What a process was told that it holds of one mailbox: to find, when an answer got lost, what it holds without having been told.
 * New entries are read in the order of their ids, so one range stands for any number of them; what was settled, or is another's,
 * is not pending under our name and does no harm there. What was offered before is kept one by one.
 */
export class HeldDeliveries {
  readonly #ranges = new Map<string, Range[]>();
  /** `<lane>:<id>` and the delivery's count. */
  readonly #again = new Map<string, { readonly count: number; until: number }>();
  /** Lanes whose last range may go on. */
  readonly #unbroken = new Set<string>();

  /**
   * `inOrder`: what was read before it has been noted before it, or is lost, and `breakOff` was called for that. So it is among takes
   * of one kind: they share a connection, on which the server answers in the order of asking.
   */
  add({ lane, ids, entries, again, until }: Lease, inOrder: boolean): void {
    if (again) {
      for (const [index, id] of ids.entries()) {
        this.#again.set(`${lane}:${id}`, { count: (entries[index] as TakenEntry).attempt, until });
      }
      return;
    }
    const ranges = this.#ranges.get(lane) ?? [];
    this.#ranges.set(lane, ranges);
    const last = ids[ids.length - 1] as string;
    const open = inOrder && this.#unbroken.has(lane) ? ranges.at(-1) : undefined;
    if (open === undefined) ranges.push({ first: ids[0] as string, last, until });
    else extend(open, last, until);
    if (inOrder) this.#unbroken.add(lane);
    else this.#unbroken.delete(lane);
    if (ranges.length > MAX_RANGES) {
      const [oldest, next] = ranges.splice(0, 2) as [Range, Range];
      // They need not be in order: see `inOrder`.
      if (compareIds(next.first, oldest.first) < 0) oldest.first = next.first;
      extend(oldest, next.last, next.until);
      ranges.unshift(oldest);
    }
  }

  /** An answer got lost: what is read from now on does not follow what was read before. */
  breakOff(): void {
    this.#unbroken.clear();
  }

  renewed({ holder, id, count }: Token, until: number): void {
    const again = this.#again.get(`${holder.lane}:${id}`);
    if (again?.count === count) again.until = until;
    for (const range of this.#ranges.get(holder.lane) ?? []) {
      if (compareIds(range.first, id) <= 0 && compareIds(id, range.last) <= 0) extend(range, range.last, until);
    }
  }

  settled({ holder, id }: Token): void {
    if (this.#again.size > 0) this.#again.delete(`${holder.lane}:${id}`);
  }

  /** Forgets what was never settled: its lease ended long ago. */
  forgetOverdue(now: number): void {
    for (const [lane, ranges] of this.#ranges) {
      const left = ranges.filter(({ until }) => until + OVERDUE_MS >= now);
      if (left.length === ranges.length) continue;
      this.#ranges.set(lane, left);
      this.#unbroken.delete(lane);
    }
    for (const [name, { until }] of this.#again) if (until + OVERDUE_MS < now) this.#again.delete(name);
  }

  /** As the reconcile script takes it: the number of ranges, three words for each, then name and count of the others. */
  encode(): string[] {
    const ranges = [...this.#ranges].flatMap(([lane, own]) => own.map(({ first, last }) => [lane, first, last]));
    const again = [...this.#again].flatMap(([name, { count }]) => [name, String(count)]);
    return [String(ranges.length), ...ranges.flat(), ...again];
  }
}

function extend(range: Range, last: string, until: number): void {
  if (compareIds(last, range.last) > 0) range.last = last;
  range.until = Math.max(range.until, until);
}
