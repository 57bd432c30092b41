import { crc32 } from "node:zlib";
import { AgentCommError, type Clock, type TakenEntry, type TakeResult } from "@agentcomm/protocol";
import type { AttendedMailbox } from "./attendance.js";
import type { Bells } from "./bells.js";
import type { Doubts } from "./doubts.js";
import type { Gathered, GatheredKind } from "./gathered.js";
import type { Keys } from "./keys.js";
import type { Route } from "./route.js";
import { RECONCILE } from "./scripts/reconcile.js";
import { TAKE } from "./scripts/take.js";
import { dataLost, storeFailed } from "./store-errors.js";
import { encodeToken } from "./token.js";

/** A look into one mailbox. */
export interface TakeItem {
  readonly mailbox: AttendedMailbox;
  readonly limit: number;
  readonly leaseMs: number;
}

/** What takes need to know of the driver that they serve. */
export interface TakeContext {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly incarnation: string;
  readonly report: (error: AgentCommError) => void;
  readonly doubts: Doubts;
  readonly bells: Bells;
}

/** The store is told that a receiver looks in at most this often. */
const TELL_MS = 60_000;

/** One mailbox's part of the take script's answer. */
type Answer = [
  kind: Buffer,
  bornOrFailure: Buffer,
  dueIn: number | Buffer,
  regrouped: Buffer,
  lost: number,
  restarted: number,
  taken: readonly TakenLane[],
];
type StreamEntry = [id: Buffer, fields: readonly Buffer[]];
type TakenLane = [
  lane: Buffer,
  kind: Buffer,
  entries: readonly StreamEntry[],
  counts?: readonly number[],
  notes?: readonly (Buffer | null)[],
];

/** How looks into mailboxes travel: those of one tick together. */
export function takeCalls(route: Route, context: TakeContext): GatheredKind<TakeItem, TakeResult> {
  const { keys, clock, incarnation, doubts } = context;
  return {
    script: TAKE,
    repeatable: false,
    waitsForRoom: true,
    weightOf: ({ limit }) => limit,
    encode(items, node) {
      const args = [keys.namespace, incarnation, String(node.time.expected())];
      for (const { mailbox, limit, leaseMs } of items) {
        const tells = clock.monotonic() - mailbox.toldAt > TELL_MS ? "1" : "0";
        const doubtful = mailbox.doubt < doubts.number ? "1" : "0";
        args.push(String(mailbox.shard), mailbox.agentId, String(limit), String(leaseMs), tells, doubtful);
      }
      return args;
    },
    decode([time, ...answers], items, sentAt) {
      let restarted = false;
      const results = items.map((item, index) => {
        const answer = answers[index] as Answer;
        if (String(answer[0]) === "failed") return storeFailed("none", String(answer[1]));
        restarted ||= answer[5] === 1 && item.mailbox.doubt === doubts.number;
        return readAnswer(answer, item, sentAt, context);
      });
      doubts.learn(route, Number(time), sentAt, restarted);
      return results;
    },
  };
}

function readAnswer(answer: Answer, item: TakeItem, sentAt: number, context: TakeContext): TakeResult {
  const [, born, dueIn, regrouped, lost, restarted, taken] = answer;
  const { mailbox, leaseMs } = item;
  const { agentId, held } = mailbox;
  if (sentAt - mailbox.toldAt > TELL_MS) mailbox.toldAt = sentAt;
  if (born.length > 0) context.bells.learn(mailbox.shard, String(born));
  if (restarted === 1) mailbox.doubt = context.doubts.number;
  if (regrouped.length > 0) {
    const what = `the consumer group of the mailbox "${agentId}" was destroyed: what was under way is delivered anew`;
    context.report(dataLost(what, { agentId, lanes: String(regrouped) }));
  }
  if (lost > 0) {
    const what = `the bodies of ${lost} messages to "${agentId}" were deleted behind the transport's back`;
    context.report(dataLost(what, { agentId, lost }));
  }
  const entries: TakenEntry[] = [];
  for (const [laneBytes, , found, counts, notes] of taken) {
    const lane = String(laneBytes);
    for (const [index, [idBytes, fields]] of found.entries()) {
      const id = idBytes.toString("latin1");
      const count = counts?.[index] ?? 1;
      const leaseText = String(leaseMs);
      held.set(`${lane}:${id}`, sentAt + leaseMs);
      const token = encodeToken({ agentId, lane, id, incarnation: context.incarnation, leaseMs: leaseText, count });
      const reasons = notes?.[index];
      entries.push({
        token,
        attempt: count,
        ...readFields(fields),
        ...(reasons ? { reasons: JSON.parse(String(reasons)) as string[] } : undefined),
      });
    }
  }
  return Number(dueIn) < 0 ? { entries } : { entries, nextDueInMs: Number(dueIn) };
}

function readFields(fields: readonly Buffer[]): { payload?: Uint8Array; damaged?: string } {
  let payload: Buffer | undefined;
  let digest: string | undefined;
  for (let index = 0; index < fields.length; index += 2) {
    const name = (fields[index] as Buffer).toString("latin1");
    if (name === "message") payload = fields[index + 1] as Buffer;
    else if (name === "digest") digest = (fields[index + 1] as Buffer).toString("latin1");
  }
  if (payload === undefined) return {};
  if (digest === undefined || Number.parseInt(digest, 16) === crc32(payload)) return { payload };
  return { payload, damaged: `the stored bytes do not have the digest ${digest} that they were stored with` };
}

/** Looks into mailboxes, and keeps account of what this process holds. */
export class Takes {
  readonly #calls: Gathered<TakeItem, TakeResult>;
  readonly #route: Route;
  readonly #context: TakeContext;

  constructor(calls: Gathered<TakeItem, TakeResult>, route: Route, context: TakeContext) {
    this.#calls = calls;
    this.#route = route;
    this.#context = context;
  }

  /** Rejects by the deadline. An answer that got lost before is made good: what it leased is given back, and taken again. */
  async take(item: TakeItem, deadline: number): Promise<TakeResult> {
    const { mailbox } = item;
    for (;;) {
      if (mailbox.stranded && mailbox.taking === 0) await this.#reconcile(mailbox, deadline);
      mailbox.taking += 1;
      try {
        return await this.#calls.ask(item, deadline);
      } catch (error) {
        if (!AgentCommError.is(error) || error.outcome !== "unknown") throw error;
        // What it leased, if anything, nobody holds.
        mailbox.stranded = true;
        if (this.#context.clock.monotonic() >= deadline) throw error;
      } finally {
        mailbox.taking -= 1;
      }
    }
  }

  /** Gives back what was leased here in an answer that got lost. Never by reading history: that would count attempts. */
  async #reconcile(mailbox: AttendedMailbox, deadline: number): Promise<void> {
    const { keys, incarnation } = this.#context;
    mailbox.stranded = false;
    const args = () => [keys.namespace, incarnation, String(mailbox.shard), mailbox.agentId, ...mailbox.held.keys()];
    try {
      await this.#route.run(RECONCILE, args, { deadline, repeatable: true, waitsForRoom: true });
    } catch (error) {
      mailbox.stranded = true;
      throw error;
    }
  }
}
