import { randomBytes } from "node:crypto";
import {
  type AgentCommError,
  type AppendEntry,
  type AppendResult,
  type Clock,
  checkAgentId,
  type Driver,
  type DriverCall,
  type DriverRecords,
  type MailboxStats,
  type RenewEntry,
  type Ring,
  type SettleEntry,
  type SettleResult,
  type StoredDeadLetter,
  systemClock,
  type TakeResult,
  type TransportCapabilities,
  type TransportHealth,
} from "@agentcomm/protocol";
import { checkClock, checkNumber, checkRandom, readOptions, toAgentCommError } from "@agentcomm/protocol/internal";
import { Attendance } from "./attendance.js";
import { Awake } from "./awake.js";
import { Bells } from "./bells.js";
import { ClusterNodes } from "./cluster-nodes.js";
import { DeadLetterBox } from "./dead-letter-box.js";
import { Deliveries } from "./deliveries.js";
import { Doubts } from "./doubts.js";
import { type RedisEndpointOptions, resolveEndpoint } from "./endpoint.js";
import { createKeys } from "./keys.js";
import { restoreAfterLoss } from "./losses.js";
import { Mailboxes } from "./mailboxes.js";
import { RedisRecords } from "./records.js";
import { SafetyPoll } from "./safety-poll.js";
import { ShardGroups } from "./shard-groups.js";
import { ALL_SHARDS, crc16, shardOf } from "./shards.js";
import { SingleNode } from "./single-node.js";
import { connectionLost } from "./store-errors.js";
import { StoreHealth } from "./store-health.js";
import type { NodeContext } from "./store-node.js";
import type { Topology } from "./topology.js";

/** Where a Redis driver keeps its bytes. */
export interface RedisDriverOptions extends RedisEndpointOptions {
  /**
   * Sets apart systems that share a server: every key and channel begins with it. The grammar of agent ids.
   * @default "agentcomm"
   */
  readonly namespace?: string;
  /**
   * A connection on which the server owes an answer and sends nothing for this long is given up and made anew; so is an attempt
   * to connect.
   * @default 5,000
   */
  readonly stallMs?: number;
  /**
   * How many replicas must have what a call reports as done: sends, settled deliveries, records, redriven and purged dead
   * letters, opened and deleted mailboxes. The loss of the primary then loses none of it, if one of these replicas is promoted.
   * With fewer replicas there, such calls end with TIMEOUT and the outcome "unknown". Receiving and prolonging leases wait for
   * none, and go on. Takes one more connection per server. 0: the primary alone answers, and a promoted replica may lack the
   * newest.
   * @default 0
   */
  readonly replicas?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /**
   * From 0 up to 1, for jitter.
   * @default Math.random
   */
  readonly random?: () => number;
}

const CAPABILITIES: TransportCapabilities = Object.freeze({
  durable: true,
  crossProcess: true,
  fenced: true,
  delay: true,
  recordTtl: true,
  atomicFanOut: false,
});

/** How long `close` may take to tidy up behind itself. */
const LEAVE_MS = 1_000;

/**
 * Creates the driver under the Redis transport: for those who wrap it, to add faults or to count. Everyone else wants
 * `createRedisTransport`. Connects when it is opened. Throws INVALID_OPTIONS, and INVALID_AGENT_ID for a namespace outside the
 * grammar.
 */
export function createRedisDriver(options: RedisDriverOptions = {}): Driver {
  return new RedisDriver(readOptions(options));
}

class RedisDriver implements Driver {
  readonly name = "redis";
  readonly capabilities = CAPABILITIES;
  readonly wakeMs = 50;
  readonly records: DriverRecords;
  readonly #clock: Clock;
  readonly #awake: Awake;
  readonly #incarnation = randomBytes(8).toString("hex");
  readonly #attendance = new Attendance();
  readonly #topology: Topology;
  readonly #health: StoreHealth;
  readonly #bells: Bells;
  readonly #groups: ShardGroups;
  readonly #mailboxes: Mailboxes;
  readonly #deliveries: Deliveries;
  readonly #dead: DeadLetterBox;
  readonly #poll: SafetyPoll;
  #closed = false;
  #onRing: (ring: Ring) => void = () => {};
  #onTrouble: (error: AgentCommError) => void = () => {};

  constructor(options: RedisDriverOptions) {
    const { namespace = "agentcomm", clock = systemClock, random = Math.random } = options;
    checkAgentId(namespace, "namespace");
    const stallMs = checkNumber("stallMs", options.stallMs ?? 5_000, { min: 100, max: 600_000 });
    const replicas = checkNumber("replicas", options.replicas ?? 0, { min: 0, max: 1_000, integer: true });
    const keys = createKeys(namespace);
    const attendance = this.#attendance;
    const report = (error: AgentCommError): void => {
      if (!this.#closed) this.#onTrouble(error);
    };
    const ring = (rung: Ring): void => {
      if (!this.#closed) this.#onRing(rung);
    };
    const doubts = new Doubts(report);
    const topology = createTopology({
      endpoint: resolveEndpoint(options, stallMs),
      clock: checkClock(clock),
      random: checkRandom(random),
      stallMs,
      replicas,
      onUp: (node) => void this.#health.nodeIsUp(node),
      onDown: (_node, reason) => report(connectionLost("none", reason)),
      onBellUp: (node, client) => this.#bells.connected(node, client),
    });
    this.#clock = clock;
    this.#awake = new Awake(clock);
    this.#topology = topology;
    this.#health = new StoreHealth(topology, clock, replicas, report);
    this.#bells = new Bells(keys, topology, attendance, ring);
    this.#groups = new ShardGroups(
      { keys, topology, clock, awake: this.#awake },
      { keys, clock, incarnation: this.#incarnation, report, doubts, bells: this.#bells },
    );
    this.#mailboxes = new Mailboxes(this.#groups, keys, attendance, this.#bells, clock);
    this.#deliveries = new Deliveries(this.#groups, attendance, this.#incarnation, clock);
    this.#dead = new DeadLetterBox(this.#groups, keys);
    this.records = new RedisRecords(this.#groups, keys, attendance, this.#bells);
    this.#poll = new SafetyPoll({
      keys,
      clock,
      attendance,
      bells: this.#bells,
      routes: this.#groups.all.map((group) => group.route),
      doubts,
      ring,
      lost: (shards) => void restoreAfterLoss(shards, { attendance, mailboxes: this.#mailboxes, clock, report, ring }),
      report,
    });
  }

  onRing(listener: (ring: Ring) => void): void {
    this.#onRing = listener;
  }

  onTrouble(listener: (error: AgentCommError) => void): void {
    this.#onTrouble = listener;
  }

  async open(call: DriverCall): Promise<void> {
    await this.#awake.during(this.#health.open(call));
    this.#poll.start();
  }

  async close(call: DriverCall): Promise<void> {
    this.#poll.stop();
    const deadline = Math.min(call.deadline, this.#clock.monotonic() + LEAVE_MS);
    try {
      if (this.#health.isOpen) await this.#mailboxes.leave(this.#incarnation, { deadline });
    } catch (error) {
      // What is left behind takes no part in anything, and a later receiver removes it.
      this.#onTrouble(toAgentCommError(error, "STORE_FAILED", "leaving the mailboxes failed"));
    } finally {
      this.#closed = true;
      this.#topology.close();
    }
  }

  async openMailbox(
    agentId: string,
    options: { readonly topics?: readonly string[]; readonly capacity?: number },
    call: DriverCall,
  ): Promise<void> {
    await this.#mailboxes.open(agentId, options, call);
  }

  async deleteMailbox(agentId: string, options: { readonly discard: boolean }, call: DriverCall): Promise<void> {
    await this.#mailboxes.delete(agentId, options.discard, call);
  }

  append(batch: readonly AppendEntry[], call: DriverCall): Promise<readonly AppendResult[]> {
    return this.#groups.spread(
      batch,
      (entry) => shardOf(entry.agentId),
      (group, entries) => group.appends.submit(entries, call.deadline),
    );
  }

  take(
    agentId: string,
    options: { readonly limit: number; readonly leaseMs: number },
    call: DriverCall,
  ): Promise<TakeResult> {
    const mailbox = this.#attendance.mailbox(agentId);
    mailbox.attended = true;
    this.#bells.listen(mailbox.shard);
    const item = { mailbox, limit: options.limit, leaseMs: Math.ceil(options.leaseMs) };
    return this.#groups.of(mailbox.shard).takes.take(item, call.deadline);
  }

  settle(batch: readonly SettleEntry[], call: DriverCall): Promise<readonly SettleResult[]> {
    return this.#deliveries.settle(batch, call);
  }

  renew(batch: readonly RenewEntry[], call: DriverCall): Promise<readonly SettleResult[]> {
    return this.#deliveries.renew(batch, call);
  }

  deadLetters(
    agentId: string,
    options: { readonly after: string; readonly limit: number },
    call: DriverCall,
  ): Promise<readonly StoredDeadLetter[]> {
    return this.#dead.list(agentId, options, call);
  }

  redrive(agentId: string, ids: readonly string[] | undefined, call: DriverCall): Promise<number> {
    return this.#dead.redrive(agentId, ids, call);
  }

  purge(agentId: string, ids: readonly string[] | undefined, call: DriverCall): Promise<number> {
    return this.#dead.purge(agentId, ids, call);
  }

  members(
    topic: string | undefined,
    options: { readonly idleMs: number },
    call: DriverCall,
  ): Promise<readonly string[]> {
    return this.#mailboxes.members(topic, options.idleMs, call);
  }

  stats(call: DriverCall): Promise<readonly MailboxStats[]> {
    return this.#mailboxes.stats(call);
  }

  health(call: DriverCall): Promise<TransportHealth> {
    return this.#awake.during(this.#health.check(call));
  }
}

function createTopology(context: NodeContext): Topology {
  if (context.endpoint.seeds === undefined) return new SingleNode(context);
  const slots = ALL_SHARDS.map((shard) => crc16(String(shard)) % 16_384);
  return new ClusterNodes(context, slots);
}
