import { types } from "node:util";
import { type Clock, checkAgentId, PRIORITIES, type Priority, systemClock } from "@agentcomm/protocol";
import { checkClock, invalidOption, quote, readingOptions, readOptions } from "@agentcomm/protocol/internal";
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
  const { clock = systemClock } = readOptions(options);
  return new Broker(checkClock(clock));
}

/** The store behind a {@link MemoryBroker}. */
export function storeOf(broker: MemoryBroker, namespace: string): Store {
  const isBroker = readingOptions("broker", () => broker instanceof Broker);
  if (isBroker) return (broker as Broker).store(namespace);
  throw invalidOption("broker", `is ${quote(broker)}: give what createMemoryBroker() returned`);
}

function checkFields(fields: Readonly<Record<string, Uint8Array>>): Readonly<Record<string, Uint8Array>> {
  // By fromEntries: a field may be named "__proto__".
  const read = readingOptions("fields", () => Object.fromEntries(Object.entries(fields)));
  const wrong = Object.entries(read).find(([, value]) => !types.isUint8Array(value));
  if (wrong === undefined) return read;
  throw invalidOption(`fields[${quote(wrong[0])}]`, `is ${quote(wrong[1])}: give a Uint8Array`);
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
    options?: { readonly priority?: Priority },
  ): void {
    checkAgentId(namespace, "namespace");
    checkAgentId(agentId, "agentId");
    const { priority = "medium" } = readOptions(options);
    if (!PRIORITIES.includes(priority)) {
      throw invalidOption("priority", `is ${quote(priority)}: use one of ${PRIORITIES.join(", ")}`);
    }
    const copied = copyOf(checkFields(fields));
    const store = this.store(namespace);
    const mailbox = store.mailbox(agentId);
    mailbox.appendRaw(copied, priority, this.#clock.monotonic());
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
