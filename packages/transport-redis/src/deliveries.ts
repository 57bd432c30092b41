import type { Clock, DriverCall, RenewEntry, SettleEntry, SettleResult } from "@agentcomm/protocol";
import { toAgentCommError } from "@agentcomm/protocol/internal";
import type { Attendance } from "./attendance.js";
import type { HeldDeliveries } from "./held-deliveries.js";
import { leaseLost, type RenewItem, type SettleItem } from "./settles.js";
import type { ShardGroups } from "./shard-groups.js";
import { shardOf } from "./shards.js";
import { type Holder, type Token, TokenReader } from "./token.js";

/** Ends and prolongs deliveries by their tokens, whoever they were given to; and keeps account of those given to this process. */
export class Deliveries {
  readonly #groups: ShardGroups;
  readonly #attendance: Attendance;
  readonly #incarnation: string;
  readonly #clock: Clock;

  constructor(groups: ShardGroups, attendance: Attendance, incarnation: string, clock: Clock) {
    this.#groups = groups;
    this.#attendance = attendance;
    this.#incarnation = incarnation;
    this.#clock = clock;
  }

  settle(batch: readonly SettleEntry[], call: DriverCall): Promise<readonly SettleResult[]> {
    return this.#byToken<SettleEntry, SettleItem>(
      batch,
      (token, { action }) => ({ token, action }),
      (items) =>
        this.#groups.spread(
          items,
          ({ token }) => shardOf(token.holder.agentId),
          (group, own) => group.settles.submit(own, call.deadline),
        ),
      () => undefined,
    );
  }

  renew(batch: readonly RenewEntry[], call: DriverCall): Promise<readonly SettleResult[]> {
    const askedAt = this.#clock.monotonic();
    return this.#byToken<RenewEntry, RenewItem>(
      batch,
      (token, { leaseMs }) => ({ token, leaseMs }),
      (items) => Promise.all(items.map((item) => this.#renewOne(item, call))),
      ({ leaseMs }) => askedAt + leaseMs,
    );
  }

  async #renewOne(item: RenewItem, call: DriverCall): Promise<SettleResult> {
    try {
      const held = await this.#groups.of(shardOf(item.token.holder.agentId)).renews.ask(item, call.deadline);
      return held ? undefined : leaseLost();
    } catch (error) {
      return toAgentCommError(error, "STORE_FAILED", "extending failed", "unknown");
    }
  }

  /**
   * Reads the tokens; what is none names no delivery, and its lease counts as lost. `heldUntil` says until when, on the monotonic
   * clock, this process holds what went well (undefined: no longer).
   */
  async #byToken<Entry extends { readonly token: string }, Item extends { readonly token: Token }>(
    batch: readonly Entry[],
    itemOf: (token: Token, entry: Entry) => Item,
    work: (items: readonly Item[]) => Promise<readonly SettleResult[]>,
    heldUntil: (item: Item) => number | undefined,
  ): Promise<readonly SettleResult[]> {
    const reader = new TokenReader();
    const results = new Array<SettleResult>(batch.length).fill(undefined);
    const items: Item[] = [];
    const indexes: number[] = [];
    for (const [index, entry] of batch.entries()) {
      const token = reader.read(entry.token);
      if (token === undefined) results[index] = leaseLost();
      else {
        items.push(itemOf(token, entry));
        indexes.push(index);
      }
    }
    const own = await work(items);
    let holder: Holder | undefined;
    let held: HeldDeliveries | undefined;
    for (const [at, index] of indexes.entries()) {
      const result = own[at];
      results[index] = result;
      // If nobody knows what became of it, it is still held here.
      if (result !== undefined && result.code !== "LEASE_LOST") continue;
      const item = items[at] as Item;
      const until = result === undefined ? heldUntil(item) : undefined;
      const { token } = item;
      // Tokens of one holder mostly follow each other, and share the object.
      if (token.holder !== holder) {
        holder = token.holder;
        held = this.#heldOf(holder);
      }
      if (until === undefined) held?.settled(token);
      else held?.renewed(token, until);
    }
    return results;
  }

  /** What this process was told that it holds; undefined if the holder is another one. */
  #heldOf({ incarnation, agentId }: Holder): HeldDeliveries | undefined {
    return incarnation === this.#incarnation ? this.#attendance.find(agentId)?.held : undefined;
  }
}
