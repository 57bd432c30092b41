import type { Clock, DriverCall, RenewEntry, SettleEntry, SettleResult } from "@agentcomm/protocol";
import { toAgentCommError } from "@agentcomm/protocol/internal";
import type { Attendance } from "./attendance.js";
import { leaseLost, type RenewItem, type SettleItem } from "./settles.js";
import type { ShardGroups } from "./shard-groups.js";
import { shardOf } from "./shards.js";
import { type Token, TokenReader } from "./token.js";

type WithToken<Entry> = Omit<Entry, "token"> & { readonly token: Token };

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
    return this.#byToken(
      batch,
      (items: readonly SettleItem[]) =>
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
    return this.#byToken(
      batch,
      (items: readonly RenewItem[]) => Promise.all(items.map((item) => this.#renewOne(item, call))),
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
  async #byToken<Entry extends { readonly token: string }>(
    batch: readonly Entry[],
    work: (items: readonly WithToken<Entry>[]) => Promise<readonly SettleResult[]>,
    heldUntil: (entry: Entry) => number | undefined,
  ): Promise<readonly SettleResult[]> {
    const reader = new TokenReader();
    const results = new Array<SettleResult>(batch.length).fill(undefined);
    const items: WithToken<Entry>[] = [];
    const indexes: number[] = [];
    for (const [index, entry] of batch.entries()) {
      const token = reader.read(entry.token);
      if (token === undefined) results[index] = leaseLost();
      else {
        items.push({ ...entry, token });
        indexes.push(index);
      }
    }
    const own = await work(items);
    for (const [at, index] of indexes.entries()) {
      const result = own[at];
      results[index] = result;
      const until = result === undefined ? heldUntil(batch[index] as Entry) : undefined;
      // If nobody knows what became of it, it is still held here.
      if (result === undefined || result.code === "LEASE_LOST")
        this.#note((items[at] as WithToken<Entry>).token, until);
    }
    return results;
  }

  #note(token: Token, until: number | undefined): void {
    if (token.holder.incarnation !== this.#incarnation) return;
    const held = this.#attendance.find(token.holder.agentId)?.held;
    if (until === undefined) held?.settled(token);
    else held?.renewed(token, until);
  }
}
