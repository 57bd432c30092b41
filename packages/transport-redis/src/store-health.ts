import {
  AgentCommError,
  type Clock,
  type DriverCall,
  type Durability,
  type TransportHealth,
} from "@agentcomm/protocol";
import { toAgentCommError } from "@agentcomm/protocol/internal";
import { before, LATE, pause } from "./deadline.js";
import { inspectStore, type StoreFacts } from "./preflight.js";
import { ALL_SHARDS } from "./shards.js";
import { connectionLost } from "./store-errors.js";
import type { StoreNode } from "./store-node.js";
import type { Topology } from "./topology.js";

const FROM_WEAKEST: readonly Durability[] = ["memory", "disk", "fsync"];
const LOOK_AGAIN_MS = 20;

/** Whether the store is there, and how safely it keeps what it is given. */
export class StoreHealth {
  readonly #topology: Topology;
  readonly #clock: Clock;
  readonly #report: (error: AgentCommError) => void;
  readonly #facts = new Map<StoreNode, StoreFacts>();
  #isOpen = false;

  constructor(topology: Topology, clock: Clock, report: (error: AgentCommError) => void) {
    this.#topology = topology;
    this.#clock = clock;
    this.#report = report;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves once every shard has a connected node that may be trusted with messages. */
  async open({ deadline }: DriverCall): Promise<void> {
    this.#topology.start();
    const nodes = await this.#serving(deadline);
    if (nodes === undefined) throw connectionLost("none", this.#topology.lastError);
    for (const node of nodes) {
      const facts = await this.#inspect(node, deadline);
      if (facts.unsafe !== undefined) throw facts.unsafe;
    }
    this.#isOpen = true;
  }

  /** A node is connected, maybe another server than before: what was known of it no longer holds. */
  async nodeIsUp(node: StoreNode): Promise<void> {
    this.#facts.delete(node);
    if (!this.#isOpen) return;
    try {
      const { unsafe } = await this.#inspect(node, this.#clock.monotonic() + 60_000);
      if (unsafe !== undefined) this.#report(unsafe);
    } catch (error) {
      // A connection that is lost again is reported where it is lost.
      if (!AgentCommError.is(error, "CONNECTION_LOST"))
        this.#report(toAgentCommError(error, "STORE_FAILED", "asking Redis"));
    }
  }

  /** Never rejects. */
  async check({ deadline }: DriverCall): Promise<TransportHealth> {
    const warnings: string[] = [];
    let durability: Durability = "fsync";
    let latencyMs = 0;
    let connected = this.#topology.nodes.length > 0;
    for (const node of this.#topology.nodes) {
      try {
        // One node that hangs must not use up the time of the others.
        const until = Math.min(deadline, this.#clock.monotonic() + 1_000);
        latencyMs = Math.max(latencyMs, await this.#roundTrip(node, until));
        const facts = this.#facts.get(node) ?? (await this.#inspect(node, until));
        durability = weaker(durability, facts.durability);
        warnings.push(...facts.warnings, ...(facts.unsafe === undefined ? [] : [facts.unsafe.message]));
      } catch (error) {
        connected = false;
        durability = weaker(durability, this.#facts.get(node)?.durability ?? "memory");
        warnings.push((error as Error).message);
      }
    }
    const unserved = ALL_SHARDS.filter((shard) => this.#topology.nodeOf(shard) === undefined);
    if (unserved.length > 0) {
      connected = false;
      warnings.push(`no node is known for ${unserved.length} of ${ALL_SHARDS.length} shards`);
    }
    const unique = [...new Set(warnings)];
    return connected
      ? { connected, durability, latencyMs, warnings: unique }
      : { connected, durability, warnings: unique };
  }

  async #roundTrip(node: StoreNode, deadline: number): Promise<number> {
    const sentAt = this.#clock.monotonic();
    await this.#inTime(node.commands.send("ping", []), deadline);
    return this.#clock.monotonic() - sentAt;
  }

  async #inspect(node: StoreNode, deadline: number): Promise<StoreFacts> {
    const facts = await this.#inTime(inspectStore(node.commands), deadline);
    this.#facts.set(node, facts);
    return facts;
  }

  async #inTime<T>(answer: Promise<T>, deadline: number): Promise<T> {
    let result: T | typeof LATE;
    try {
      result = await before(answer, deadline, this.#clock);
    } catch (error) {
      throw connectionLost("none", ((error as Error).cause as Error | undefined) ?? (error as Error));
    }
    if (result === LATE) throw connectionLost("none", new Error("it does not answer in time"));
    return result;
  }

  /** The connected nodes that serve the shards, or undefined at the deadline. */
  async #serving(deadline: number): Promise<Set<StoreNode> | undefined> {
    while (this.#clock.monotonic() < deadline) {
      const nodes = new Set(ALL_SHARDS.map((shard) => this.#topology.nodeOf(shard)));
      const down = [...nodes].find((node) => node?.commands.isUp !== true);
      if (!nodes.has(undefined) && down === undefined) return nodes as Set<StoreNode>;
      if (this.#topology.single) await down?.commands.whenUp(deadline);
      else await pause(LOOK_AGAIN_MS, deadline, this.#clock);
    }
    return undefined;
  }
}

function weaker(a: Durability, b: Durability): Durability {
  return FROM_WEAKEST.indexOf(a) < FROM_WEAKEST.indexOf(b) ? a : b;
}
