import { AgentCommError, type SettleEntry, type SettleResult } from "@agentcomm/protocol";
import type { GatheredKind } from "./gathered.js";
import type { Keys } from "./keys.js";
import { RENEW } from "./scripts/renew.js";
import { SETTLE } from "./scripts/settle.js";
import type { BatchKind } from "./sequenced-batches.js";
import { shardOf } from "./shards.js";
import { dataLost, storeFailed } from "./store-errors.js";
import { compareIds, type Holder, type Token, tokenPrefix } from "./token.js";

/** A delivery to end, with its token read. */
export interface SettleItem {
  readonly token: Token;
  readonly action: SettleEntry["action"];
}

/** A lease to start anew. */
export interface RenewItem {
  readonly token: Token;
  readonly leaseMs: number;
}

/** Deliveries on their way out of mailboxes. When the disk is full they wait: an ack must not be lost for that. */
export function settleBatches(report: (error: AgentCommError) => void): BatchKind<SettleItem, SettleResult> {
  return {
    script: SETTLE,
    ordered: false,
    waitsForRoom: true,
    maxItems: 250,
    bytesOf: ({ action }) => 64 + (action.kind === "dead" ? action.detail.length : 0),
    encode: (items) => groupsOf(items).flatMap(encodeGroup),
    decode([lost, errorText, ...odd], items) {
      const gone = Number(lost);
      if (gone > 0)
        report(dataLost(`the bodies of ${gone} leased messages were deleted behind the transport's back`, { gone }));
      const results = new Array<SettleResult>(items.length).fill(undefined);
      if (odd.length === 0) return results;
      const order = groupsOf(items).flatMap(({ acks, others }) => [...acks, ...others]);
      for (const position of odd as number[]) {
        const failed = position < 0;
        const index = order[failed ? -1 - position : position] as number;
        results[index] = failed ? storeFailed("unknown", String(errorText)) : leaseLost();
      }
      return results;
    },
  };
}

/** What one run of XPENDING can fence. Acks and others by their index. */
interface SettleGroup {
  readonly holder: Holder;
  readonly items: readonly SettleItem[];
  readonly acks: number[];
  readonly others: number[];
}

function groupsOf(items: readonly SettleItem[]): SettleGroup[] {
  const groups = new Map<string, SettleGroup>();
  // Items with the same holder mostly follow each other, and share the object.
  let last: SettleGroup | undefined;
  for (const [index, { token, action }] of items.entries()) {
    const { holder } = token;
    if (last?.holder !== holder) {
      const name = tokenPrefix(holder);
      last = groups.get(name) ?? { holder, items, acks: [], others: [] };
      groups.set(name, last);
    }
    (action.kind === "ack" ? last.acks : last.others).push(index);
  }
  return [...groups.values()];
}

function encodeGroup({ holder, items, acks, others }: SettleGroup): string[] {
  const [first = 0] = acks.length > 0 ? acks : others;
  let lowest = (items[first] as SettleItem).token.id;
  let highest = lowest;
  for (const index of [...acks, ...others]) {
    const { id } = (items[index] as SettleItem).token;
    // Nearly always they come in order: then one comparison does.
    if (compareIds(id, highest) >= 0) highest = id;
    else if (compareIds(id, lowest) < 0) lowest = id;
  }
  let ackText = "";
  for (const index of acks) {
    const { id, count } = (items[index] as SettleItem).token;
    ackText += `${id},${count} `;
  }
  const args = [
    String(shardOf(holder.agentId)),
    holder.agentId,
    holder.lane,
    holder.incarnation,
    holder.leaseMs,
    lowest,
    highest,
    ackText,
    String(others.length),
  ];
  for (const index of others) args.push(...encodeOther(items[index] as SettleItem));
  return args;
}

function encodeOther({ token, action }: SettleItem): string[] {
  if (action.kind === "retry") {
    const kind = action.uncounted === true ? "uncounted" : "retry";
    return [kind, token.id, String(token.count), String(Math.ceil(action.delayMs)), action.reason ?? ""];
  }
  if (action.kind === "dead") return [action.kind, token.id, String(token.count), action.reason, action.detail];
  throw new Error("an ack is not encoded by itself");
}

/** Leases on their way to be prolonged. */
export function renewals(keys: Keys): GatheredKind<RenewItem, boolean> {
  return {
    script: RENEW,
    repeatable: true,
    waitsForRoom: true,
    weightOf: () => 1,
    encode: (items) => [
      keys.namespace,
      ...items.flatMap(({ token: { holder, id, count }, leaseMs }) => [
        String(shardOf(holder.agentId)),
        holder.agentId,
        holder.lane,
        id,
        holder.incarnation,
        String(count),
        String(Math.ceil(leaseMs)),
      ]),
    ],
    decode: (answer) => answer.map((held) => held === 1),
  };
}

export function leaseLost(): AgentCommError {
  return new AgentCommError(
    "LEASE_LOST",
    "this delivery is not the message's current one: it was offered again, or is settled; nothing was changed",
    { outcome: "none" },
  );
}
