import type { AppendEntry, AppendResult, SettleResult, StoredRecord } from "@agentcomm/protocol";
import { APPENDS } from "./appends.js";
import { Gathered } from "./gathered.js";
import { Producer } from "./producer.js";
import { type RecordName, type RecordWrite, recordReads, recordWrites } from "./records.js";
import { Route, type RouteContext } from "./route.js";
import { DELETE_RECORDS, PUT_RECORDS } from "./scripts/records.js";
import { SequencedBatches } from "./sequenced-batches.js";
import { type RenewItem, renewals, type SettleItem, settleBatches } from "./settles.js";
import { ALL_SHARDS } from "./shards.js";
import { type Look, type TakeContext, type TakeItem, takeCalls } from "./take-calls.js";
import { Takes } from "./takes.js";

/** The shards that one script reaches together, and what is on its way to them. */
export interface ShardGroup {
  readonly route: Route;
  readonly producer: Producer;
  readonly appends: SequencedBatches<AppendEntry, AppendResult>;
  readonly settles: SequencedBatches<SettleItem, SettleResult>;
  readonly puts: SequencedBatches<RecordWrite, number>;
  readonly deletes: SequencedBatches<RecordWrite, number>;
  readonly reads: Gathered<RecordName, StoredRecord | undefined>;
  readonly renews: Gathered<RenewItem, boolean>;
  readonly takes: Takes;
}

/** All shards: in one group on one server, each in its own on a Cluster. */
export class ShardGroups {
  readonly all: readonly ShardGroup[];
  readonly #single: boolean;

  constructor(context: RouteContext, takes: TakeContext) {
    const { topology, keys, clock } = context;
    const groups = topology.single ? [ALL_SHARDS] : ALL_SHARDS.map((shard) => [shard]);
    this.#single = topology.single;
    this.all = groups.map((shards) => {
      const route = new Route(shards, context);
      const producer = new Producer(route, keys, clock);
      return {
        route,
        producer,
        appends: new SequencedBatches(APPENDS, route, producer, clock),
        settles: new SequencedBatches(settleBatches(takes.report), route, producer, clock),
        puts: new SequencedBatches(recordWrites(PUT_RECORDS, { waitsForRoom: false }), route, producer, clock),
        deletes: new SequencedBatches(recordWrites(DELETE_RECORDS, { waitsForRoom: true }), route, producer, clock),
        reads: new Gathered(recordReads(keys), route, clock),
        renews: new Gathered(renewals(keys), route, clock),
        takes: new Takes(new Gathered<TakeItem, Look>(takeCalls(route, takes), route, clock), route, takes),
      };
    });
  }

  of(shard: number): ShardGroup {
    return this.all[this.#single ? 0 : shard] as ShardGroup;
  }

  /**
   * Hands each item to the group of its shard and puts the results back in order. `submit` gets the items of one group and
   * resolves to one result each.
   */
  async spread<Item, Result>(
    items: readonly Item[],
    shardOf: (item: Item) => number,
    submit: (group: ShardGroup, items: readonly Item[]) => Promise<readonly Result[]>,
  ): Promise<readonly Result[]> {
    if (this.#single) return await submit(this.of(0), items);
    const parts = new Map<ShardGroup, number[]>();
    for (const [index, item] of items.entries()) {
      const group = this.of(shardOf(item));
      const part = parts.get(group);
      if (part === undefined) parts.set(group, [index]);
      else part.push(index);
    }
    const results = new Array<Result>(items.length);
    await Promise.all(
      [...parts].map(async ([group, indexes]) => {
        const own = await submit(
          group,
          indexes.map((index) => items[index] as Item),
        );
        for (const [at, index] of indexes.entries()) results[index] = own[at] as Result;
      }),
    );
    return results;
  }
}
