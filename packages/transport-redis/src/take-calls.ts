import type { AgentCommError, Clock } from "@agentcomm/protocol";
import type { AttendedMailbox } from "./attendance.js";
import type { Bells } from "./bells.js";
import type { Doubts } from "./doubts.js";
import type { GatheredKind } from "./gathered.js";
import type { Lease } from "./held-deliveries.js";
import type { Keys } from "./keys.js";
import { readEntries, type StreamEntry } from "./read-entries.js";
import type { Route } from "./route.js";
import { TAKE } from "./scripts/take.js";
import { dataLost, storeFailed } from "./store-errors.js";

/** A look into one mailbox. */
export interface TakeItem {
  readonly mailbox: AttendedMailbox;
  readonly limit: number;
  readonly leaseMs: number;
  /** Nothing is leased: this lane is read natively right after, and the question is whether it may be. */
  readonly drains?: string;
}

/** What a look found. */
export interface Look {
  /** What was leased, lane by lane. */
  readonly leases: readonly Lease[];
  /** Undefined: nothing will fall due. */
  readonly nextDueInMs: number | undefined;
  /** What comes next can be read natively: this lane, since it alone filled the limit. */
  readonly backlog: string | undefined;
  /** Nothing was left to take. */
  readonly drained: boolean;
  /** The answer to `drains`. */
  readonly mayDrain: boolean;
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

/** One mailbox's part of the script's answer. */
type Answer = [
  kind: Buffer,
  bornOrFailure: Buffer,
  dueIn: number,
  regrouped: Buffer,
  lost: number,
  restarted: number,
  filled: number,
  drained: number,
  taken: readonly TakenLane[],
  mayDrain: number,
];
type TakenLane = [
  lane: Buffer,
  kind: Buffer,
  entries: readonly StreamEntry[],
  counts?: readonly number[],
  notes?: readonly (Buffer | null)[],
];

/** How looks into mailboxes travel: those of one tick together. */
export function takeCalls(route: Route, context: TakeContext): GatheredKind<TakeItem, Look> {
  const { keys, clock, incarnation, doubts } = context;
  return {
    script: TAKE,
    repeatable: false,
    waitsForRoom: true,
    weightOf: ({ limit }) => limit,
    encode(items, node) {
      const args = [keys.namespace, incarnation, String(node.time.expected())];
      for (const { mailbox, limit, leaseMs, drains = "" } of items) {
        const tells = clock.monotonic() - mailbox.toldAt > TELL_MS ? "1" : "0";
        const doubtful = mailbox.doubt < doubts.number ? "1" : "0";
        args.push(String(mailbox.shard), mailbox.agentId, String(limit), String(leaseMs), tells, doubtful, drains);
      }
      return args;
    },
    decode([time, ...answers], items, sentAt) {
      let restarted = false;
      const looks = items.map((item, index) => {
        const answer = answers[index] as Answer;
        if (String(answer[0]) === "failed") return storeFailed("none", String(answer[1]));
        restarted ||= answer[5] === 1 && item.mailbox.doubt === doubts.number;
        return readAnswer(answer, item, sentAt, context);
      });
      doubts.learn(route, Number(time), sentAt, restarted);
      return looks;
    },
  };
}

function readAnswer(answer: Answer, item: TakeItem, sentAt: number, context: TakeContext): Look {
  const [, born, dueIn, regrouped, lost, restarted, filled, drained, taken, mayDrain] = answer;
  const { mailbox, leaseMs, limit } = item;
  const { agentId } = mailbox;
  if (born.length > 0) {
    mailbox.toldAt = sentAt;
    context.bells.learn(mailbox.shard, String(born));
  }
  if (restarted === 1) mailbox.doubt = context.doubts.number;
  if (regrouped.length > 0) {
    const what = `the consumer group of the mailbox "${agentId}" was destroyed: what was under way is delivered anew`;
    context.report(dataLost(what, { agentId, lanes: String(regrouped) }));
  }
  if (lost > 0) {
    const what = `the bodies of ${lost} messages to "${agentId}" were deleted behind the transport's back`;
    context.report(dataLost(what, { agentId, lost }));
  }
  const leases = taken
    .filter(([, , found]) => found.length > 0)
    .map(([lane, , found, counts, notes]) => {
      const holder = { agentId, lane: String(lane), incarnation: context.incarnation, leaseMs: String(leaseMs) };
      return readEntries(found, holder, sentAt + leaseMs, counts && notes && { counts, notes });
    });
  const [only] = leases;
  const isBacklog = filled === 1 && leases.length === 1 && only?.again === false && only.ids.length === limit;
  return {
    leases,
    nextDueInMs: dueIn < 0 ? undefined : dueIn,
    drained: drained === 1,
    backlog: isBacklog ? only.lane : undefined,
    mayDrain: mayDrain === 1,
  };
}
