import type { DriverRecords, RecordChanges, StoredRecord } from "@agentcomm/protocol";
import type { Store } from "./store.js";

/** The records of one memory driver. */
export class MemoryRecords implements DriverRecords {
  readonly #store: Store;
  readonly #ring: (collection: string) => void;
  readonly #attending = new Set<() => void>();

  constructor(store: Store, ring: (collection: string) => void) {
    this.#store = store;
    this.#ring = ring;
  }

  async get(collection: string, key: string): Promise<StoredRecord | undefined> {
    return this.#store.collections.get(collection)?.get(key, this.#now());
  }

  async list(
    collection: string,
    options: { readonly prefix: string; readonly after: string; readonly limit: number },
  ): Promise<readonly StoredRecord[]> {
    const found = this.#store.collections.get(collection);
    return found?.list(options.prefix, options.after, options.limit, this.#now()) ?? [];
  }

  async put(
    collection: string,
    key: string,
    value: Uint8Array,
    options: { readonly ifVersion?: number; readonly ttlMs?: number },
  ): Promise<number> {
    const now = this.#now();
    const version = this.#store.collection(collection).put(key, value, options.ifVersion, options.ttlMs, now);
    this.#store.collectionBells.ring(collection);
    return version;
  }

  async delete(collection: string, key: string, options: { readonly ifVersion?: number }): Promise<boolean> {
    const deleted = this.#store.collection(collection).delete(key, options.ifVersion, this.#now());
    if (deleted) this.#store.collectionBells.ring(collection);
    return deleted;
  }

  async changes(collection: string, since: number): Promise<RecordChanges> {
    return this.#store.collection(collection).changes(since, this.#now());
  }

  attend(collection: string): () => void {
    const listener = (name: string): void => this.#ring(name);
    const stop = (): void => {
      this.#store.collectionBells.leave(collection, listener);
      this.#attending.delete(stop);
    };
    this.#store.collectionBells.attend(collection, listener);
    this.#attending.add(stop);
    return stop;
  }

  /** Ends all attending. */
  close(): void {
    for (const stop of this.#attending) stop();
  }

  #now(): number {
    return this.#store.clock.monotonic();
  }
}
