import {
  AgentCommError,
  type AppendEntry,
  type AppendResult,
  type Clock,
  checkAgentId,
  type Driver,
  type DriverRecords,
  type MailboxStats,
  type RenewEntry,
  type Ring,
  type SettleEntry,
  type SettleResult,
  type StoredDeadLetter,
  type TakeResult,
  type TransportCapabilities,
  type TransportHealth,
} from "@agentcomm/protocol";
import { invalidOption, quote, readOptions } from "@agentcomm/protocol/internal";
import type { Mailbox } from "./mailbox.js";
import { createMemoryBroker, type MemoryBroker, storeOf } from "./memory-broker.js";
import { MemoryRecords } from "./memory-records.js";
import type { Store } from "./store.js";

/** Where a memory driver keeps its bytes. */
export interface MemoryDriverOptions {
  /**
   * The store. Drivers on one broker and namespace reach each other.
   * @default a broker of its own
   */
  readonly broker?: MemoryBroker;
  /**
   * Sets apart systems that share a broker. The grammar of agent ids.
   * @default "agentcomm"
   */
  readonly namespace?: string;
  /**
   * The clock of the broker, if none is given: a broker brings its own.
   * @default systemClock
   */
  readonly clock?: Clock;
}

const CAPABILITIES: TransportCapabilities = Object.freeze({
  durable: false,
  crossProcess: false,
  fenced: true,
  delay: true,
  recordTtl: true,
  // A broadcast passes by the mailboxes that are full; those it reached keep it.
  atomicFanOut: false,
});

/**
 * Creates the driver under the memory transport: for those who wrap it, to add faults or to count. Everyone else wants
 * `createMemoryTransport`. Throws INVALID_OPTIONS, and INVALID_AGENT_ID for a namespace outside the grammar.
 */
export function createMemoryDriver(options: MemoryDriverOptions = {}): Driver {
  const {
    namespace = "agentcomm",
    clock,
    broker = createMemoryBroker(clock === undefined ? {} : { clock }),
  } = readOptions(options);
  checkAgentId(namespace, "namespace");
  return new MemoryDriver(storeOf(broker, namespace));
}

class MemoryDriver implements Driver {
  readonly name = "memory";
  readonly capabilities = CAPABILITIES;
  readonly wakeMs = 10;
  readonly records: DriverRecords;
  readonly #store: Store;
  readonly #records: MemoryRecords;
  #onRing: (ring: Ring) => void = () => {};
  readonly #ringMailbox = (agentId: string): void => this.#onRing({ mailbox: agentId });

  constructor(store: Store) {
    this.#store = store;
    this.#records = new MemoryRecords(store, (collection) => this.#onRing({ collection }));
    this.records = this.#records;
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#store.leaveMailboxes(this.#ringMailbox);
    this.#records.close();
  }

  onRing(listener: (ring: Ring) => void): void {
    this.#onRing = listener;
  }

  /** Nothing fails in the background of a Map. */
  onTrouble(): void {}

  async openMailbox(
    agentId: string,
    options: { readonly topics?: readonly string[]; readonly capacity?: number },
  ): Promise<void> {
    const mailbox = this.#store.mailbox(agentId);
    if (options.topics !== undefined) this.#store.setTopics(mailbox, options.topics);
    if (options.capacity !== undefined) mailbox.capacity = options.capacity;
  }

  async deleteMailbox(agentId: string, options: { readonly discard: boolean }): Promise<void> {
    const mailbox = this.#store.mailboxes.get(agentId);
    if (mailbox === undefined) return;
    if (mailbox.size > 0 && !options.discard) {
      throw new AgentCommError(
        "MAILBOX_NOT_EMPTY",
        `The mailbox of agent "${agentId}" holds ${mailbox.size} messages. Drain it first, or pass discard: true.`,
        { outcome: "none", details: { agentId, size: mailbox.size } },
      );
    }
    this.#store.removeMailbox(mailbox);
  }

  async append(batch: readonly AppendEntry[]): Promise<readonly AppendResult[]> {
    const now = this.#now();
    const touched = new Set<Mailbox>();
    const results = batch.map((sent) => {
      const mailbox = this.#store.mailbox(sent.agentId);
      touched.add(mailbox);
      return mailbox.append(sent, now);
    });
    for (const mailbox of touched) this.#store.announce(mailbox);
    return results;
  }

  async take(agentId: string, options: { readonly limit: number; readonly leaseMs: number }): Promise<TakeResult> {
    const now = this.#now();
    const mailbox = this.#store.mailbox(agentId);
    this.#store.attendMailbox(agentId, this.#ringMailbox);
    const entries = mailbox.take(options.limit, options.leaseMs, now);
    this.#store.arm(mailbox);
    const { nextDueAt } = mailbox;
    const drained = entries.length < options.limit || mailbox.ready === 0;
    return nextDueAt === undefined ? { entries, drained } : { entries, drained, nextDueInMs: nextDueAt - now };
  }

  async settle(batch: readonly SettleEntry[]): Promise<readonly SettleResult[]> {
    const now = this.#now();
    const deadAt = this.#store.clock.now();
    return batch.map((entry) => {
      const mailbox = this.#mailboxOf(entry.token);
      if (mailbox?.settle(entry, now, deadAt) !== true) return leaseLost(entry.token);
      if (entry.action.kind === "retry") this.#store.announce(mailbox);
      return undefined;
    });
  }

  async renew(batch: readonly RenewEntry[]): Promise<readonly SettleResult[]> {
    const now = this.#now();
    return batch.map((entry) => {
      const mailbox = this.#mailboxOf(entry.token);
      if (mailbox?.renew(entry, now) !== true) return leaseLost(entry.token);
      this.#store.arm(mailbox);
      return undefined;
    });
  }

  async deadLetters(
    agentId: string,
    options: { readonly after: string; readonly limit: number },
  ): Promise<readonly StoredDeadLetter[]> {
    if (!/^\d{0,16}$/.test(options.after)) {
      throw invalidOption("after", `is ${quote(options.after)}: give the id of a dead letter`);
    }
    return this.#store.mailboxes.get(agentId)?.deadLetters(options.after, options.limit) ?? [];
  }

  async redrive(agentId: string, ids: readonly string[] | undefined): Promise<number> {
    const mailbox = this.#store.mailboxes.get(agentId);
    if (mailbox === undefined) return 0;
    const count = mailbox.redrive(ids, this.#now());
    this.#store.announce(mailbox);
    return count;
  }

  async purge(agentId: string, ids: readonly string[] | undefined): Promise<number> {
    return this.#store.mailboxes.get(agentId)?.purge(ids) ?? 0;
  }

  async members(topic: string | undefined, options: { readonly idleMs: number }): Promise<readonly string[]> {
    if (topic !== undefined) return this.#store.membersOf(topic);
    const since = this.#now() - options.idleMs;
    const members: string[] = [];
    for (const { agentId, lookedAt } of this.#store.mailboxes.values()) {
      if (lookedAt !== undefined && lookedAt >= since) members.push(agentId);
    }
    return members.sort();
  }

  async stats(): Promise<readonly MailboxStats[]> {
    const now = this.#now();
    const stats = Array.from(this.#store.mailboxes.values(), (mailbox) => mailbox.stats(now));
    return stats.sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
  }

  async health(): Promise<TransportHealth> {
    return { connected: true, durability: "memory", latencyMs: 0, warnings: [] };
  }

  #now(): number {
    return this.#store.clock.monotonic();
  }

  /** A token begins with the agent's id and a colon, which no id contains. What is no token finds no mailbox. */
  #mailboxOf(token: string): Mailbox | undefined {
    return this.#store.mailboxes.get(token.slice(0, Math.max(token.indexOf(":"), 0)));
  }
}

function leaseLost(token: string): AgentCommError {
  return new AgentCommError(
    "LEASE_LOST",
    "This delivery is not the message's current one: it was offered again, or is settled. Nothing was changed.",
    { outcome: "none", details: { token } },
  );
}
