import { AgentCommError, type Clock } from "@agentcomm/protocol";
import { before, LATE } from "./deadline.js";
import type { Route } from "./route.js";
import type { Script } from "./scripts/script.js";
import type { StoreNode } from "./store-node.js";

/** What is asked for together, and how. */
export interface GatheredKind<Item, Answer> {
  readonly script: Script;
  /** It may be sent again after its answer was lost. */
  readonly repeatable: boolean;
  readonly waitsForRoom: boolean;
  /** How much an item counts towards the size of a call. */
  readonly weightOf: (item: Item) => number;
  readonly encode: (items: readonly Item[], node: StoreNode) => readonly (string | Buffer)[];
  /** One answer per item. `sentAt`: when it was asked, on the monotonic clock. */
  readonly decode: (
    answer: readonly unknown[],
    items: readonly Item[],
    sentAt: number,
  ) => readonly (Answer | AgentCommError)[];
}

/** Most items, and most weight, of one call: bounds how long the server is kept from its other callers. */
const MAX_ITEMS = 128;
const MAX_WEIGHT = 2_048;
/** Calls under way at once. Meanwhile what is asked for gathers in the next ones. */
const WINDOW = 8;

interface Asking<Item, Answer> {
  readonly item: Item;
  /** Set once it travels. */
  progress: { maybe: boolean } | undefined;
  readonly deadline: number;
  /** Its asker was told that it is too late. */
  over: boolean;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what is asked for in one tick into one call of a script, for what changes nothing when it is not answered. */
export class Gathered<Item, Answer> {
  readonly #kind: GatheredKind<Item, Answer>;
  readonly #route: Route;
  readonly #clock: Clock;
  #asking: Asking<Item, Answer>[] = [];
  #underWay = 0;
  #flushing = false;

  constructor(kind: GatheredKind<Item, Answer>, route: Route, clock: Clock) {
    this.#kind = kind;
    this.#route = route;
    this.#clock = clock;
  }

  /** Rejects by the deadline, as Route.run does. */
  ask(item: Item, deadline: number): Promise<Answer> {
    return this.#untilLate(item, deadline, (asking) => {
      this.#asking.push(asking);
      this.#flushSoon();
    });
  }

  /**
   * Asks by itself, and sends something right behind it on the same connection. Resolves to both answers; that of the second may
   * be an error.
   */
  async askBeside(
    item: Item,
    deadline: number,
    beside: (node: StoreNode) => Promise<unknown>,
  ): Promise<readonly [Answer, unknown]> {
    const progress = { maybe: false };
    let second: Promise<unknown> = Promise.resolve(undefined);
    const first = this.#untilLate(item, deadline, (asking) => {
      void this.#send([asking], (node) => {
        progress.maybe = true;
        second = beside(node).catch((error: unknown) => error);
      });
    });
    const both = first.then(async (answer) => [answer, await second] as const);
    const inTime = await before(this.#route.keepAwake(both), deadline, this.#clock);
    if (inTime === LATE) throw this.#route.tooLate(progress);
    return inTime;
  }

  async #untilLate(item: Item, deadline: number, start: (asking: Asking<Item, Answer>) => void): Promise<Answer> {
    let asking: Asking<Item, Answer> | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      asking = { item, progress: undefined, deadline, over: false, resolve, reject };
      start(asking);
    });
    const inTime = await before(answer, deadline, this.#clock);
    if (inTime !== LATE) return inTime;
    if (asking !== undefined) asking.over = true;
    throw this.#route.tooLate(asking?.progress ?? { maybe: false });
  }

  /** After the present tick, so that what is asked for one by one travels together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => {
      this.#flushing = false;
      while (this.#asking.length > 0 && this.#underWay < WINDOW) void this.#send(this.#nextPart());
    });
  }

  #nextPart(): Asking<Item, Answer>[] {
    let weight = 0;
    let count = 0;
    for (const { item } of this.#asking) {
      weight += this.#kind.weightOf(item);
      if (count === MAX_ITEMS || (count > 0 && weight > MAX_WEIGHT)) break;
      count += 1;
    }
    return this.#asking.splice(0, count);
  }

  async #send(part: readonly Asking<Item, Answer>[], beside?: (node: StoreNode) => void): Promise<void> {
    const { script, repeatable, waitsForRoom, encode, decode } = this.#kind;
    const progress = { maybe: false };
    let deadline = 0;
    for (const asking of part) {
      asking.progress = progress;
      deadline = Math.max(deadline, asking.deadline);
    }
    this.#underWay += 1;
    let sentAt = 0;
    let asked = part;
    const args = (node: StoreNode) => {
      sentAt = this.#clock.monotonic();
      // Whoever was told in the meantime that nothing was done is left out: nobody would know what is leased now.
      asked = part.filter((asking) => !asking.over);
      return encode(itemsOf(asked), node);
    };
    const follow = (node: StoreNode): void => {
      if (asked.length > 0) beside?.(node);
    };
    try {
      const answer = await this.#route.runToEnd(script, args, {
        deadline,
        repeatable,
        waitsForRoom,
        progress,
        beside: follow,
      });
      const answers = decode(answer as unknown[], itemsOf(asked), sentAt);
      for (const [index, asking] of asked.entries()) {
        const own = answers[index] as Answer | AgentCommError;
        if (AgentCommError.is(own)) asking.reject(own);
        else asking.resolve(own);
      }
    } catch (error) {
      for (const asking of part) asking.reject(error);
    } finally {
      this.#underWay -= 1;
      if (this.#asking.length > 0) this.#flushSoon();
    }
  }
}

function itemsOf<Item, Answer>(asked: readonly Asking<Item, Answer>[]): Item[] {
  return asked.map((asking) => asking.item);
}
