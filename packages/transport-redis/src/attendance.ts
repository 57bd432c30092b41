import { HeldDeliveries } from "./held-deliveries.js";
import { shardOf } from "./shards.js";

/** What this process knows of a mailbox that it opened or takes from. */
export interface AttendedMailbox {
  readonly agentId: string;
  readonly shard: number;
  /** Whether it is taken from here: then its rings are for us. */
  attended: boolean;
  /** How it was opened here, to be restored after loss. */
  topics: readonly string[] | undefined;
  capacity: number | undefined;
  /** What was leased here, as far as this process was told. */
  readonly held: HeldDeliveries;
  /** Takes under way. */
  taking: number;
  /** Those of them that read natively. */
  draining: number;
  /** Those who wait for the last take to end. */
  readonly allTold: (() => void)[];
  /** A take's answer was lost: what it leased waits for nobody. */
  stranded: boolean;
  /** Resolves once it waits for nobody any more; undefined: that is not being seen to. */
  reconciling: Promise<void> | undefined;
  /** The lane that alone filled the take that was answered last: more of it can be read natively. */
  backlog: string | undefined;
  /** When the store was last told that a receiver looks in, on the monotonic clock. */
  toldAt: number;
  /** The doubt about leases that was dealt with last. */
  doubt: number;
}

/** The mailboxes and collections that this process looks after, by shard. */
export class Attendance {
  readonly #mailboxes = new Map<string, AttendedMailbox>();
  readonly #byShard = new Map<number, Set<AttendedMailbox>>();
  readonly #collections = new Map<string, number>();
  readonly #watchedShards = new Map<number, Set<string>>();

  find(agentId: string): AttendedMailbox | undefined {
    return this.#mailboxes.get(agentId);
  }

  /** The mailbox; from now on known. */
  mailbox(agentId: string): AttendedMailbox {
    const known = this.#mailboxes.get(agentId);
    if (known !== undefined) return known;
    const mailbox: AttendedMailbox = {
      agentId,
      shard: shardOf(agentId),
      attended: false,
      topics: undefined,
      capacity: undefined,
      held: new HeldDeliveries(),
      taking: 0,
      draining: 0,
      allTold: [],
      stranded: false,
      reconciling: undefined,
      backlog: undefined,
      toldAt: Number.NEGATIVE_INFINITY,
      doubt: 0,
    };
    this.#mailboxes.set(agentId, mailbox);
    addTo(this.#byShard, mailbox.shard, mailbox);
    return mailbox;
  }

  forget(agentId: string): void {
    const mailbox = this.#mailboxes.get(agentId);
    if (mailbox === undefined) return;
    this.#mailboxes.delete(agentId);
    removeFrom(this.#byShard, mailbox.shard, mailbox);
  }

  mailboxesOf(shard: number): Iterable<AttendedMailbox> {
    return this.#byShard.get(shard) ?? [];
  }

  get mailboxes(): Iterable<AttendedMailbox> {
    return this.#mailboxes.values();
  }

  /** Counts who attends a collection; what it returns ends that. */
  attendCollection(collection: string): () => void {
    const shard = shardOf(collection);
    this.#collections.set(collection, (this.#collections.get(collection) ?? 0) + 1);
    addTo(this.#watchedShards, shard, collection);
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const left = (this.#collections.get(collection) ?? 1) - 1;
      if (left > 0) {
        this.#collections.set(collection, left);
        return;
      }
      this.#collections.delete(collection);
      removeFrom(this.#watchedShards, shard, collection);
    };
  }

  isWatched(collection: string): boolean {
    return this.#collections.has(collection);
  }

  collectionsOf(shard: number): Iterable<string> {
    return this.#watchedShards.get(shard) ?? [];
  }

  /** Forgets what was never settled: its lease ended long ago. */
  forgetOverdue(now: number): void {
    for (const { held } of this.#mailboxes.values()) held.forgetOverdue(now);
  }

  /** Shards with something known in them. */
  get shards(): ReadonlySet<number> {
    return new Set([...this.#byShard.keys(), ...this.#watchedShards.keys()]);
  }
}

function addTo<Value>(sets: Map<number, Set<Value>>, shard: number, value: Value): void {
  const set = sets.get(shard);
  if (set === undefined) sets.set(shard, new Set([value]));
  else set.add(value);
}

function removeFrom<Value>(sets: Map<number, Set<Value>>, shard: number, value: Value): void {
  const set = sets.get(shard);
  set?.delete(value);
  if (set?.size === 0) sets.delete(shard);
}
