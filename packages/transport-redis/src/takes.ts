import { AgentCommError, type TakeResult } from "@agentcomm/protocol";
import type { AttendedMailbox } from "./attendance.js";
import { before, LATE } from "./deadline.js";
import type { Gathered } from "./gathered.js";
import { readEntries, type StreamEntry } from "./read-entries.js";
import type { Route } from "./route.js";
import { RECONCILE } from "./scripts/reconcile.js";
import type { Look, TakeContext, TakeItem } from "./take-calls.js";

/** From this limit on a backlog is read natively: below, one script is as fast as a look and a read. */
const DRAIN_FROM = 64;

/** Looks into mailboxes, and keeps account of what this process holds. */
export class Takes {
  readonly #looks: Gathered<TakeItem, Look>;
  readonly #route: Route;
  readonly #context: TakeContext;

  constructor(looks: Gathered<TakeItem, Look>, route: Route, context: TakeContext) {
    this.#looks = looks;
    this.#route = route;
    this.#context = context;
  }

  /** Rejects by the deadline. An answer that got lost before is made good: what it leased is given back, and taken again. */
  async take(item: TakeItem, deadline: number): Promise<TakeResult> {
    const { mailbox } = item;
    let lost: AgentCommError | undefined;
    for (;;) {
      try {
        const result = await this.#takeOnce(item, deadline);
        if (result !== undefined) return result;
      } catch (error) {
        // What came after is not what the caller must know: something may have been leased.
        if (!AgentCommError.is(error) || error.outcome !== "unknown") {
          // The look failed; what was read beside it may have leased something.
          if (item.limit >= DRAIN_FROM) strand(mailbox);
          throw lost ?? error;
        }
        lost = error;
        strand(mailbox);
        if (this.#context.clock.monotonic() >= deadline) throw error;
      }
    }
  }

  /** Resolves to undefined if it is worth another attempt. */
  async #takeOnce(item: TakeItem, deadline: number): Promise<TakeResult | undefined> {
    const { mailbox, limit } = item;
    // Nobody takes while it is made good: what a take brings would pass for stranded as long as its answer is not there.
    while (mailbox.stranded || mailbox.reconciling !== undefined) await this.#makeGood(mailbox, deadline);
    const drains = limit >= DRAIN_FROM ? mailbox.backlog : undefined;
    mailbox.taking += 1;
    if (drains !== undefined) mailbox.draining += 1;
    try {
      const look =
        drains === undefined ? await this.#looks.ask(item, deadline) : await this.#drain(item, drains, deadline);
      if (look === undefined) return undefined;
      const { leases, nextDueInMs, drained, backlog } = look;
      // Its answer may be noted before that of a native read which ran before it: the way of that one is longer here.
      const inOrder = drains !== undefined || mailbox.draining === 0;
      for (const lease of leases) mailbox.held.add(lease, inOrder);
      mailbox.backlog = mailbox.stranded ? undefined : backlog;
      const [only] = leases;
      const entries =
        leases.length === 1 && only !== undefined ? only.entries : leases.flatMap((lease) => lease.entries);
      return nextDueInMs === undefined ? { entries, drained } : { entries, drained, nextDueInMs };
    } finally {
      mailbox.taking -= 1;
      if (drains !== undefined) mailbox.draining -= 1;
      if (mailbox.taking === 0) for (const tell of mailbox.allTold.splice(0)) tell();
    }
  }

  /**
   * Reads a backlog natively: what passes through a script costs the server three times as much. The script runs right before,
   * on the same connection, and says whether the read hands out what it should: nothing more urgent waited. Otherwise what was
   * read is given back, and undefined is the answer.
   */
  async #drain(item: TakeItem, lane: string, deadline: number): Promise<Look | undefined> {
    const { mailbox, limit, leaseMs } = item;
    const { keys, incarnation } = this.#context;
    const { agentId } = mailbox;
    const holder = { agentId, lane, incarnation, leaseMs: String(leaseMs) };
    const until = this.#context.clock.monotonic() + leaseMs;
    const queue = keys.queue(mailbox.shard, agentId, lane);
    const read = ["GROUP", "agents", `${incarnation}.${leaseMs}`, "COUNT", String(limit), "STREAMS", queue, ">"];
    const [look, reply] = await this.#looks.askBeside({ ...item, limit: 0, drains: lane }, deadline, (node) =>
      node.commands.send("xreadgroup", read),
    );
    if (!look.mayDrain || reply instanceof Error) {
      // Whatever it was that kept the read from being answered: if it leased anything, nobody holds it.
      strand(mailbox);
      return undefined;
    }
    if (reply === null) {
      // There is nothing left in this lane; of the less urgent ones nothing is known.
      mailbox.backlog = undefined;
      return undefined;
    }
    const lease = readEntries((reply as StreamsReply)[0][1], holder, until, undefined);
    return { ...look, leases: [lease], backlog: lease.ids.length === limit ? lane : undefined };
  }

  /** Sees to what is stranded here, or waits for the one who does. */
  async #makeGood(mailbox: AttendedMailbox, deadline: number): Promise<void> {
    if (mailbox.reconciling !== undefined) {
      // Who began it is told if it fails.
      const others = mailbox.reconciling.catch(() => undefined);
      if ((await before(others, deadline, this.#context.clock)) === LATE) throw this.#route.tooLate({ maybe: false });
      return;
    }
    mailbox.reconciling = this.#reconcile(mailbox, deadline).finally(() => {
      mailbox.reconciling = undefined;
    });
    await mailbox.reconciling;
  }

  /** Gives back what was leased here in an answer that got lost. Never by reading history: that would count attempts. */
  async #reconcile(mailbox: AttendedMailbox, deadline: number): Promise<void> {
    const { keys, incarnation, clock } = this.#context;
    if (mailbox.taking > 0 && (await before(allTold(mailbox), deadline, clock)) === LATE) {
      throw this.#route.tooLate({ maybe: false });
    }
    mailbox.stranded = false;
    const args = () => [keys.namespace, incarnation, String(mailbox.shard), mailbox.agentId, ...mailbox.held.encode()];
    try {
      await this.#route.run(RECONCILE, args, { deadline, repeatable: true, waitsForRoom: true });
    } catch (error) {
      strand(mailbox);
      throw error;
    }
  }
}

/** Resolves once no take is under way. */
function allTold(mailbox: AttendedMailbox): Promise<void> {
  return new Promise((resolve) => mailbox.allTold.push(resolve));
}

/** Something may have been leased here that nobody was told of. */
function strand(mailbox: AttendedMailbox): void {
  mailbox.stranded = true;
  mailbox.backlog = undefined;
  mailbox.held.breakOff();
}

type StreamsReply = readonly [readonly [key: Buffer, entries: readonly StreamEntry[]]];
