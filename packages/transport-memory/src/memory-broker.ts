import { AgentCommError, type Clock, PRIORITIES, type Priority, systemClock } from "@agentcomm/protocol";
import { copyOf } from "./entry.js";
import { Sequence } from "./sequence.js";
import { Store } from "./store.js";

/** How a broker is made. */
export interface MemoryBrokerOptions {
  /**
   * Measures delays, leases, times to live and idempotency keys.
   * @default systemClock
   */
  readonly clock?: Clock;
}

/**
 * What several memory transports share: the store, where a server would be. It holds bytes, by namespace, as long as
 * somebody holds the broker; there is nothing to close.
 *
 * Its methods are for tests and inspection: they do what a stranger with access to a server's keys could do.
 */
export interface MemoryBroker {
  /**
   * Puts an entry into a mailbox as it is, unchecked: with it a test learns what happens to what does not decode. The
   * wire text is the field `message`. The fields are copied.
   */
  putRaw(
    namespace: string,
    agentId: string,
    fields: Readonly<Record<string, Uint8Array>>,
    options?: { readonly priority?: Priority },
  ): void;
  /** Names all that a namespace holds, sorted: `mailbox:<agent>`, `topic:<topic>:<agent>`, `record:<collection>:<key>`. */
  contents(namespace: string): string[];
}

/** Creates the store that several memory transports share. */
export function createMemoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  return new Broker(options.clock ?? systemClock);
}

/** The store behind a {@link MemoryBroker}. */
export function storeOf(broker: MemoryBroker, namespace: string): Store {
  if (broker instanceof Broker) return broker.store(namespace);
  throw new AgentCommError("INVALID_OPTIONS", "broker: expected what createMemoryBroker() returned");
}

class Broker implements MemoryBroker {
  readonly #clock: Clock;
  readonly #sequence = new Sequence();
  readonly #stores = new Map<string, Store>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  store(namespace: string): Store {
    let store = this.#stores.get(namespace);
    if (store === undefined) {
      store = new Store(this.#clock, this.#sequence);
      this.#stores.set(namespace, store);
    }
    return store;
  }

  putRaw(
    namespace: string,
    agentId: string,
    fields: Readonly<Record<string, Uint8Array>>,
    options: { readonly priority?: Priority } = {},
  ): void {
    const priority = options.priority ?? "medium";
    if (!PRIORITIES.includes(priority)) {
      throw new AgentCommError("INVALID_OPTIONS", `priority: expected one of ${PRIORITIES.join(", ")}`);
    }
    const store = this.store(namespace);
    const mailbox = store.mailbox(agentId);
    mailbox.appendRaw(copyOf(fields), priority, this.#clock.monotonic());
    store.announce(mailbox);
  }

  contents(namespace: string): string[] {
    const store = this.#stores.get(namespace);
    if (store === undefined) return [];
    const names: string[] = [];
    for (const { agentId, topics } of store.mailboxes.values()) {
      names.push(`mailbox:${agentId}`, ...topics.map((topic) => `topic:${topic}:${agentId}`));
    }
    for (const [name, collection] of store.collections) {
      names.push(...collection.keys(this.#clock.monotonic()).map((key) => `record:${name}:${key}`));
    }
    return names.sort();
  }
}
