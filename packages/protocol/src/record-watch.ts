import { backoffMs } from "./backoff.js";
import { closedError } from "./calls.js";
import { decodeRecord } from "./decode-record.js";
import type { RecordChanges } from "./driver.js";
import { AgentCommError } from "./errors.js";
import type { JsonValue } from "./json.js";
import type { RecordContext } from "./record-store.js";
import type { RecordEvent } from "./records.js";
import type { CallOptions } from "./transport.js";
import { callForeign, describe, toAgentCommError } from "./trouble.js";

const LOOK_AGAIN = { minMs: 100, maxMs: 5_000 };

/** The running watches of a transport, by collection: who to wake when the driver rings, who to end at close. */
export class RecordWatches {
  readonly #byCollection = new Map<string, Set<RecordWatch>>();

  ring(collection: string): void {
    for (const watch of this.#byCollection.get(collection) ?? []) watch.look();
  }

  add(watch: RecordWatch): void {
    const watches = this.#byCollection.get(watch.collection);
    if (watches === undefined) this.#byCollection.set(watch.collection, new Set([watch]));
    else watches.add(watch);
  }

  delete(watch: RecordWatch): void {
    const watches = this.#byCollection.get(watch.collection);
    watches?.delete(watch);
    if (watches?.size === 0) this.#byCollection.delete(watch.collection);
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#byCollection.values()].flatMap((watches) => [...watches].map((watch) => watch.end())));
  }
}

/** Starts a watch and resolves, once the present state has been told, to what ends it. */
export async function watchRecords<Value>(
  context: RecordContext,
  collection: string,
  listener: (event: RecordEvent<Value>) => void,
  options: CallOptions & { readonly prefix?: string },
): Promise<() => Promise<void>> {
  const watch = new RecordWatch(context, collection, options.prefix ?? "", listener as (event: RecordEvent) => void);
  context.watches.add(watch);
  try {
    await watch.start(options);
  } catch (error) {
    await watch.end();
    throw error;
  }
  return () => watch.end();
}

/** Follows a collection: asks the driver what changed, when it is rung and when a record is about to expire. */
class RecordWatch {
  readonly collection: string;
  readonly #context: RecordContext;
  readonly #prefix: string;
  readonly #listener: (event: RecordEvent) => void;
  /** The versions that the listener knows: what a reset is compared with. */
  readonly #known = new Map<string, number>();
  #cursor = 0;
  #looking: Promise<void> | undefined;
  #again = false;
  #ended = false;
  #failures = 0;
  #cancelTimer: () => void = () => {};
  #unattend: () => void = () => {};

  constructor(context: RecordContext, collection: string, prefix: string, listener: (event: RecordEvent) => void) {
    this.collection = collection;
    this.#context = context;
    this.#prefix = prefix;
    this.#listener = listener;
  }

  async start(options: CallOptions): Promise<void> {
    const { calls, driver, name } = this.#context;
    await calls.read("records.watch", options, async (call) => {
      if (this.#ended) throw closedError(name, "records.watch");
      this.#unattend = driver.records.attend(this.collection);
      const changes = await driver.records.changes(this.collection, 0, call);
      if (this.#ended) throw closedError(name, "records.watch");
      this.#tell(changes);
    });
    // A ring since the answer was made may have come while nobody was looking.
    this.look();
  }

  /** Looks what changed; if it is looking already, once more after that. */
  look(): void {
    if (this.#ended) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#cancelTimer();
    this.#looking = this.#look().then(() => {
      this.#looking = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.look();
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#cancelTimer();
    this.#unattend();
    this.#context.watches.delete(this);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { calls, driver, clock, random, report, timeoutMs } = this.#context;
    try {
      const changes = await calls.perform(
        "records.watch",
        timeoutMs,
        (call) => driver.records.changes(this.collection, this.#cursor, call),
        { reads: true },
      );
      this.#failures = 0;
      if (!this.#ended) this.#tell(changes);
    } catch (error) {
      if (this.#ended || AgentCommError.is(error, "CLOSED")) return;
      this.#failures += 1;
      report(toAgentCommError(error, "STORE_FAILED", `watching ${this.collection} failed`));
      this.#cancelTimer = clock.timer(backoffMs(this.#failures, LOOK_AGAIN, random), () => this.look());
    }
  }

  #tell({ changes, reset, cursor, nextExpiryInMs }: RecordChanges): void {
    const { clock, limits, report } = this.#context;
    if (reset) this.#tellMissing(new Set(changes.map((change) => change.key)));
    for (const change of changes) {
      if (!change.key.startsWith(this.#prefix)) continue;
      if (change.kind !== "put") {
        if (this.#known.delete(change.key)) this.#call({ kind: change.kind, key: change.key });
        continue;
      }
      if ((this.#known.get(change.key) ?? 0) >= change.record.version) continue;
      try {
        const record = decodeRecord<JsonValue>(change.record, clock, limits);
        this.#known.set(change.key, record.version);
        this.#call({ kind: "put", key: change.key, record });
      } catch (error) {
        report(toAgentCommError(error, "INVALID_MESSAGE", `watching ${this.collection}`));
      }
    }
    this.#cursor = cursor;
    this.#cancelTimer();
    if (nextExpiryInMs === undefined || this.#ended) return;
    // One millisecond more: asked in the very millisecond of expiry, the store may not count it as over yet.
    this.#cancelTimer = clock.timer(nextExpiryInMs + 1, () => this.look());
  }

  /** After a reset, what is known but no longer there was deleted while nobody could tell. */
  #tellMissing(present: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) {
      if (present.has(key)) continue;
      this.#known.delete(key);
      this.#call({ kind: "delete", key });
    }
  }

  #call(event: RecordEvent): void {
    if (this.#ended) return;
    callForeign(
      () => this.#listener(event),
      (thrown) => {
        const message = `a listener to the records ${this.collection} threw: ${describe(thrown)}`;
        this.#context.report(new AgentCommError("HANDLER_FAILED", message, { cause: thrown }));
      },
    );
  }
}
