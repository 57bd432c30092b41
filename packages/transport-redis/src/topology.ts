import type { StoreNode } from "./store-node.js";

/** Which node serves which shard. */
export interface Topology {
  /** Whether a script may touch several shards at once: where one server holds them all. */
  readonly single: boolean;
  /** The nodes known now. */
  readonly nodes: readonly StoreNode[];
  start(): void;
  /** The node that serves the shard, as far as is known. */
  nodeOf(shard: number): StoreNode | undefined;
  /** A server said that the shard is elsewhere. */
  moved(shard: number, address: string): void;
  /** A shard does not answer as it should: look who serves it. */
  doubt(): void;
  /** Called when shards have moved to other nodes. */
  onChange(listener: () => void): void;
  /** Why there is no connection, where there is none. */
  readonly lastError: Error | undefined;
  close(): void;
}
