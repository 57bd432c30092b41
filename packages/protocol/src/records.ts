/** Records: small shared documents with a version, an optional time to live, and a way to watch them. */
import type { JsonValue } from "./json.js";
import type { CallOptions } from "./transport.js";

/** A record as it stands. */
export interface VersionedRecord<Value = JsonValue> {
  readonly key: string;
  readonly value: Value;
  /** Grows with every change; never repeats for a key, also after delete or expiry. */
  readonly version: number;
  /** Epoch milliseconds, on this machine's clock. Absent: it does not expire. */
  readonly expiresAt?: number;
}

/** What a watcher is told. `record` is there for "put". */
export type RecordEvent<Value = JsonValue> =
  | { readonly kind: "put"; readonly key: string; readonly record: VersionedRecord<Value> }
  | { readonly kind: "delete" | "expire"; readonly key: string; readonly record?: undefined };

/** How records are listed: in the order of their keys, by code unit. */
export interface ListRecordsOptions extends CallOptions {
  /** Only keys that start with it. */
  readonly prefix?: string;
  /** Only keys after this one. */
  readonly after?: string;
  /**
   * Most records returned, at most 10,000.
   * @default 1,000
   */
  readonly limit?: number;
}

/** Shared documents. Collections and keys have the grammar of agent ids, values the size limit of messages. */
export interface RecordStore {
  /** Resolves to the record, or undefined if there is none. */
  get<Value = JsonValue>(
    collection: string,
    key: string,
    options?: CallOptions,
  ): Promise<VersionedRecord<Value> | undefined>;
  list<Value = JsonValue>(collection: string, options?: ListRecordsOptions): Promise<VersionedRecord<Value>[]>;
  /**
   * Stores a value and resolves to its version. With `ifVersion` only if the record has that version (0: must not
   * exist), else it rejects with VERSION_CONFLICT. Without `ttlMs` the record does not expire, whatever it had before.
   * The value must be JSON; it is copied.
   */
  put(
    collection: string,
    key: string,
    value: unknown,
    options?: CallOptions & { readonly ifVersion?: number; readonly ttlMs?: number },
  ): Promise<number>;
  /** Resolves to whether there was one. With `ifVersion` it rejects with VERSION_CONFLICT if the version differs. */
  delete(collection: string, key: string, options?: CallOptions & { readonly ifVersion?: number }): Promise<boolean>;
  /**
   * Tells the listener the present state first, then every change. Changes to one key may be coalesced into the newest;
   * deletion and expiry are always told. Resolves, once the present state has been told, to what ends the watch.
   */
  watch<Value = JsonValue>(
    collection: string,
    listener: (event: RecordEvent<Value>) => void,
    options?: CallOptions & { readonly prefix?: string },
  ): Promise<() => Promise<void>>;
}
