import type { AgentCommError, Clock } from "@agentcomm/protocol";
import type { Producer } from "./producer.js";
import type { Route } from "./route.js";
import type { Script } from "./scripts/script.js";

/** What is sent in batches, and how. */
export interface BatchKind<Item, Result> {
  readonly script: Script;
  /** Batches run in the order in which they were sent, also when some of them are sent again. */
  readonly ordered: boolean;
  readonly waitsForRoom: boolean;
  /**
   * Most items of a batch: so few that the server works on one while the next is written, so many that the cost of a call does not
   * show.
   */
  readonly maxItems: number;
  readonly bytesOf: (item: Item) => number;
  /** The script's own arguments. */
  readonly encode: (items: readonly Item[]) => readonly (string | Buffer)[];
  /** One result per item, from the script's answer. */
  readonly decode: (answer: readonly unknown[], items: readonly Item[]) => readonly (Result | AgentCommError)[];
}

const MAX_BYTES = 1_048_576;
/** Batches under way at once. Meanwhile what comes gathers in the next ones. */
const WINDOW = 4;

/** One call of the driver: its items may travel in several batches. */
interface Ticket<Result> {
  readonly results: (Result | AgentCommError | undefined)[];
  readonly deadline: number;
  left: number;
  /** Settles what is left over. */
  readonly settle: () => void;
}

interface Slot<Item, Result> {
  readonly item: Item;
  readonly ticket: Ticket<Result>;
  readonly index: number;
  /** Set once it travels. */
  progress: { maybe: boolean } | undefined;
  settled: boolean;
}

/** Gathers items into numbered batches which run once each. Every item settles by its call's deadline. */
export class SequencedBatches<Item, Result> {
  readonly #kind: BatchKind<Item, Result>;
  readonly #route: Route;
  readonly #producer: Producer;
  readonly #clock: Clock;
  #waiting: Slot<Item, Result>[] = [];
  /** In order: the numbers under way. */
  readonly #underWay = new Set<number>();
  #pumping = false;

  constructor(kind: BatchKind<Item, Result>, route: Route, producer: Producer, clock: Clock) {
    this.#kind = kind;
    this.#route = route;
    this.#producer = producer;
    this.#clock = clock;
  }

  /** Resolves to one result per item, in their order. Never rejects. */
  submit(items: readonly Item[], deadline: number): Promise<readonly (Result | AgentCommError)[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const slots: Slot<Item, Result>[] = [];
      const results: (Result | AgentCommError | undefined)[] = new Array(items.length);
      const ticket: Ticket<Result> = {
        results,
        deadline,
        left: items.length,
        settle: () => {
          cancel();
          resolve(results as (Result | AgentCommError)[]);
        },
      };
      for (const [index, item] of items.entries()) {
        const slot: Slot<Item, Result> = { item, ticket, index, progress: undefined, settled: false };
        slots.push(slot);
        this.#waiting.push(slot);
      }
      const cancel = this.#clock.timer(deadline - this.#clock.monotonic(), () => this.#giveUp(slots));
      this.#pumpSoon();
    });
  }

  /** After the present tick, so that what is asked for one by one travels together. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    process.nextTick(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#underWay.size < WINDOW) {
      const slots = this.#nextBatch();
      if (slots.length > 0) void this.#send(slots);
    }
  }

  #nextBatch(): Slot<Item, Result>[] {
    const slots: Slot<Item, Result>[] = [];
    let bytes = 0;
    let end = 0;
    for (const slot of this.#waiting) {
      // A call that is over has been told that nothing was stored.
      if (!slot.settled) {
        bytes += this.#kind.bytesOf(slot.item);
        if (slots.length === this.#kind.maxItems || (slots.length > 0 && bytes > MAX_BYTES)) break;
        slots.push(slot);
      }
      end += 1;
    }
    this.#waiting = end === this.#waiting.length ? [] : this.#waiting.slice(end);
    return slots;
  }

  async #send(gathered: readonly Slot<Item, Result>[]): Promise<void> {
    const { script, ordered, waitsForRoom, encode, decode } = this.#kind;
    const progress = { maybe: false };
    let deadline = 0;
    for (const slot of gathered) {
      slot.progress = progress;
      deadline = Math.max(deadline, slot.ticket.deadline);
    }
    let slots = gathered;
    let payload: readonly (string | Buffer)[] | undefined;
    const payloadNow = (): readonly (string | Buffer)[] => {
      if (payload !== undefined && progress.maybe) return payload;
      // Whoever was told in the meantime that nothing was stored is left out.
      slots = slots.filter((slot) => !slot.settled);
      payload = encode(slots.map((slot) => slot.item));
      return payload;
    };
    const number = this.#producer.open();
    this.#underWay.add(number);
    let results: readonly (Result | AgentCommError)[];
    try {
      const after = ordered ? () => this.#before(number) : () => 0;
      const answer = await this.#producer.runToEnd(number, script, payloadNow, {
        deadline,
        waitsForRoom,
        progress,
        after,
      });
      const items = slots.map((slot) => slot.item);
      results = decode(answer, items);
    } catch (error) {
      results = new Array(slots.length).fill(error);
    }
    this.#producer.close(number);
    this.#underWay.delete(number);
    for (const [index, slot] of slots.entries()) this.#settle(slot, results[index] as Result | AgentCommError);
    this.#pump();
  }

  /** The number sent before this one, of those still under way; 0 if there is none. */
  #before(number: number): number {
    let previous = 0;
    for (const other of this.#underWay) {
      if (other === number) break;
      previous = other;
    }
    return previous;
  }

  #settle(slot: Slot<Item, Result>, result: Result | AgentCommError): void {
    const { ticket, index } = slot;
    if (slot.settled) return;
    slot.settled = true;
    ticket.results[index] = result;
    ticket.left -= 1;
    if (ticket.left === 0) ticket.settle();
  }

  #giveUp(slots: readonly Slot<Item, Result>[]): void {
    for (const slot of slots) {
      if (!slot.settled) this.#settle(slot, this.#route.tooLate(slot.progress ?? { maybe: false }));
    }
  }
}
