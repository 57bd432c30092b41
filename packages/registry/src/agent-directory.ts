import { AgentEntry, takesTasks } from "./agent-entry.js";
import type { AgentRecord } from "./agent-record.js";
import type { CreatePool } from "./create-pool.js";
import type { Pool } from "./pool.js";

// A pool is built when its combination of capabilities is first asked for, at the cost of looking at all agents that have the
// rarest of them. So many are kept; the one not asked for longest goes first.
const MOST_POOLS = 1_000;

const NOBODY: ReadonlySet<string> = new Set();

/** All known agents, indexed so that choosing one takes the same time with a hundred as with a hundred thousand. */
export class AgentDirectory {
  readonly #createPool: CreatePool;
  readonly #entries = new Map<string, AgentEntry>();
  readonly #byCapability = new Map<string, Set<AgentEntry>>();
  readonly #pools = new Map<string, { readonly capabilities: readonly string[]; readonly pool: Pool }>();
  /** Tasks that this process has given, by agent: also to agents that are not known at the moment. */
  readonly #reserved = new Map<string, number>();
  #choices = 0;

  constructor(createPool: CreatePool) {
    this.#createPool = createPool;
  }

  get(agentId: string): AgentEntry | undefined {
    return this.#entries.get(agentId);
  }

  all(): IterableIterator<AgentEntry> {
    return this.#entries.values();
  }

  /** How many agents have each capability. */
  get capabilities(): ReadonlyMap<string, ReadonlySet<AgentEntry>> {
    return this.#byCapability;
  }

  /** Takes over what a record says, unless something newer is known already. Returns what was known before, if it was taken. */
  put(record: AgentRecord, version: number): { readonly previous: AgentRecord | undefined } | undefined {
    const known = this.#entries.get(record.id);
    if (known === undefined) {
      this.#add(new AgentEntry(record, version, this.#reserved.get(record.id) ?? 0));
      return { previous: undefined };
    }
    if (known.version >= version) return undefined;
    const previous = known.record;
    if (known.takesTasks === takesTasks(record) && sameNames(previous.capabilities, record.capabilities)) {
      known.update(record, version);
      for (const pool of known.pools) pool.update(known);
    } else {
      this.#unindex(known);
      known.update(record, version);
      this.#index(known);
    }
    return { previous };
  }

  /** Forgets an agent. Returns what was known of it. */
  delete(agentId: string): AgentRecord | undefined {
    const entry = this.#entries.get(agentId);
    if (entry === undefined) return undefined;
    this.#entries.delete(agentId);
    this.#unindex(entry);
    return entry.record;
  }

  /** The agents that have all of the capabilities and take tasks. */
  pool(capabilities: readonly string[]): Pool {
    const key = capabilities.join("\n");
    const found = this.#pools.get(key) ?? { capabilities, pool: this.#build(capabilities) };
    this.#pools.delete(key);
    this.#pools.set(key, found);
    for (const [oldest, { pool }] of this.#pools) {
      if (this.#pools.size <= MOST_POOLS) break;
      this.#pools.delete(oldest);
      for (const entry of this.#entries.values()) entry.pools.delete(pool);
    }
    return found.pool;
  }

  /** Lets the strategy choose, and remembers whose turn it was. */
  choose(capabilities: readonly string[], except: ReadonlySet<string> = NOBODY): AgentEntry | undefined {
    const entry = this.pool(capabilities).choose(except);
    if (entry === undefined) return undefined;
    this.#choices += 1;
    entry.chosenAt = this.#choices;
    for (const pool of entry.pools) pool.update(entry);
    return entry;
  }

  /** Counts one more task for the agent until the returned function is called. */
  reserve(agentId: string): () => void {
    this.#addReserved(agentId, 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#addReserved(agentId, -1);
    };
  }

  #addReserved(agentId: string, change: 1 | -1): void {
    const reserved = (this.#reserved.get(agentId) ?? 0) + change;
    if (reserved === 0) this.#reserved.delete(agentId);
    else this.#reserved.set(agentId, reserved);
    const entry = this.#entries.get(agentId);
    if (entry === undefined) return;
    entry.reserved = reserved;
    for (const pool of entry.pools) pool.update(entry);
  }

  #add(entry: AgentEntry): void {
    this.#entries.set(entry.record.id, entry);
    this.#index(entry);
  }

  #index(entry: AgentEntry): void {
    for (const name of entry.record.capabilities) {
      const having = this.#byCapability.get(name);
      if (having === undefined) this.#byCapability.set(name, new Set([entry]));
      else having.add(entry);
    }
    if (!entry.takesTasks) return;
    for (const { capabilities, pool } of this.#pools.values()) {
      if (this.#hasAll(entry, capabilities)) join(entry, pool);
    }
  }

  #unindex(entry: AgentEntry): void {
    for (const name of entry.record.capabilities) {
      const having = this.#byCapability.get(name);
      having?.delete(entry);
      if (having?.size === 0) this.#byCapability.delete(name);
    }
    for (const pool of entry.pools) pool.delete(entry);
    entry.pools.clear();
  }

  #build(capabilities: readonly string[]): Pool {
    const pool = this.#createPool(capabilities);
    for (const entry of this.#rarest(capabilities)) {
      if (entry.takesTasks && this.#hasAll(entry, capabilities)) join(entry, pool);
    }
    return pool;
  }

  #rarest(capabilities: readonly string[]): Iterable<AgentEntry> {
    let rarest: ReadonlySet<AgentEntry> | undefined;
    for (const name of capabilities) {
      const having = this.#byCapability.get(name);
      if (having === undefined) return [];
      if (rarest === undefined || having.size < rarest.size) rarest = having;
    }
    return rarest ?? this.#entries.values();
  }

  #hasAll(entry: AgentEntry, capabilities: readonly string[]): boolean {
    return capabilities.every((name) => this.#byCapability.get(name)?.has(entry) === true);
  }
}

function join(entry: AgentEntry, pool: Pool): void {
  entry.pools.add(pool);
  pool.add(entry);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
