import type { AgentCommError, Clock, Ring } from "@agentcomm/protocol";
import { toAgentCommError } from "@agentcomm/protocol/internal";
import type { Attendance, AttendedMailbox } from "./attendance.js";
import type { Bells } from "./bells.js";
import type { Doubts } from "./doubts.js";
import type { Keys } from "./keys.js";
import type { Route } from "./route.js";
import { POLL } from "./scripts/watch.js";

/** What the poll needs, and whom it tells. */
export interface SafetyPollContext {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly attendance: Attendance;
  readonly bells: Bells;
  readonly routes: readonly Route[];
  readonly doubts: Doubts;
  readonly ring: (ring: Ring) => void;
  /** The store has lost the data of these shards. */
  readonly lost: (shards: readonly number[]) => void;
  readonly report: (error: AgentCommError) => void;
}

/** A lost ring is made good at the second poll after it: within a second. */
const POLL_MS = 400;
/**
 * Mailboxes that are rung with each poll without a reason, in turn: so that what a stranger stores without ringing is found, and
 * whatever else nobody thought of. One more script per poll, however many mailboxes there are.
 */
const RUNG_IN_TURN = 16;
/** Polls between two tidyings-up of what is held here. */
const TIDY_EVERY = 64;

/**
 * Asks from time to time, for all shards that this process looks after, whether something was missed. Its cost does not grow
 * with the number of mailboxes: 64 shards at most.
 */
export class SafetyPoll {
  readonly #context: SafetyPollContext;
  /** The store's time of the last poll, by route. */
  readonly #last = new Map<Route, number>();
  #polls = 0;
  #turn: Iterator<AttendedMailbox> = [].values();
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(context: SafetyPollContext) {
    this.#context = context;
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancel = this.#context.clock.timer(POLL_MS, () => {
      void this.#pollAll().then(() => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #pollAll(): Promise<void> {
    const { attendance, bells, clock, routes } = this.#context;
    const { shards } = attendance;
    this.#polls += 1;
    if (this.#polls % TIDY_EVERY === 0) attendance.forgetOverdue(clock.monotonic());
    bells.probe();
    this.#ringInTurn();
    const lost: number[] = [];
    await Promise.all(
      routes.map(async (route) => {
        const own = route.shards.filter((shard) => shards.has(shard));
        // A node that is down is asked when it is back.
        if (own.length > 0 && route.node?.commands.isUp === true) lost.push(...(await this.#poll(route, own)));
      }),
    );
    if (lost.length > 0 && !this.#stopped) this.#context.lost(lost);
  }

  #ringInTurn(): void {
    const { attendance, ring } = this.#context;
    for (let count = 0; count < RUNG_IN_TURN; count++) {
      const next = this.#turn.next();
      if (next.done === true) {
        // From the start with the next poll.
        this.#turn = attendance.mailboxes[Symbol.iterator]();
        return;
      }
      if (next.value.attended) ring({ mailbox: next.value.agentId });
    }
  }

  /** Resolves to the shards that lost their data. */
  async #poll(route: Route, shards: readonly number[]): Promise<readonly number[]> {
    const { keys, clock, bells, doubts, attendance, ring, report } = this.#context;
    const sentAt = clock.monotonic();
    const since = this.#last.get(route) ?? 0;
    const args = () => [keys.namespace, String(since), ...shards.map(String)];
    for (const shard of shards) bells.polling(shard);
    try {
      const deadline = sentAt + 2 * POLL_MS;
      const [time, ...found] = (await route.run(POLL, args, { deadline, repeatable: true, background: true })) as [
        number,
        ...Polled[],
      ];
      if (this.#stopped) return [];
      doubts.learn(route, time, sentAt);
      this.#last.set(route, time);
      return shards.filter((shard, index) => {
        const [number, born, agents] = found[index] as Polled;
        for (const agent of agents) {
          // "!": something waits there to be offered again.
          const mailbox = String(agent).replace("!", "");
          if (attendance.find(mailbox)?.attended === true) ring({ mailbox });
        }
        return bells.polled(shard, Number(number), String(born));
      });
    } catch (error) {
      const failure = toAgentCommError(error, "STORE_FAILED", "the safety poll failed");
      // A connection that is lost is reported where it is lost.
      if (failure.code !== "CONNECTION_LOST" && failure.code !== "TIMEOUT" && !this.#stopped) report(failure);
      return [];
    }
  }
}

type Polled = [number: Buffer, born: Buffer, due: readonly Buffer[]];
