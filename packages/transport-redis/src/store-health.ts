import {
  AgentCommError,
  type Clock,
  type DriverCall,
  type Durability,
  type TransportHealth,
} from "@agentcomm/protocol";
import { toAgentCommError } from "@agentcomm/protocol/internal";
import { before, LATE, pause } from "./deadline.js";
import { inspectStore, type StoreFacts, watchReplicas } from "./preflight.js";
import { ALL_SHARDS } from "./shards.js";
import { connectionLost } from "./store-errors.js";
import type { StoreNode } from "./store-node.js";
import type { Topology } from "./topology.js";

/** The strongest, `replicated(n)`, is not in the list: what only the disk of a lost primary has, a promotion loses. */
const FROM_WEAKEST: readonly Durability[] = ["memory", "disk", "fsync"];
const LOOK_AGAIN_MS = 20;

/** Whether the store is there, and how safely it keeps what it is given. */
export class StoreHealth {
  readonly #topology: Topology;
  readonly #clock: Clock;
  readonly #report: (error: AgentCommError) => void;
  readonly #replicas: number;
  readonly #facts = new Map<StoreNode, StoreFacts>();
  #isOpen = false;

  /** `replicas`: how many must confirm what is reported as done. */
  constructor(topology: Topology, clock: Clock, replicas: number, report: (error: AgentCommError) => void) {
    this.#topology = topology;
    this.#replicas = replicas;
    this.#clock = clock;
    this.#report = report;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves once every shard has a connected node that may be trusted with messages. */
  async open({ deadline }: DriverCall): Promise<void> {
    this.#topology.start();
    for (;;) {
      const nodes = await this.#serving(deadline);
      if (nodes === undefined) throw connectionLost("none", this.#topology.lastError);
      try {
        for (const node of nodes) {
          const facts = await this.#inspect(node, deadline);
          if (facts.unsafe !== undefined) throw facts.unsafe;
        }
        break;
      } catch (error) {
        // A connection that ends under the questions is made again, as in any other call.
        if (!AgentCommError.is(error, "CONNECTION_LOST") || this.#clock.monotonic() >= deadline) throw error;
        await pause(LOOK_AGAIN_MS, deadline, this.#clock);
      }
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
    const known: Durability[] = [];
    let latencyMs = 0;
    let connected = this.#topology.nodes.length > 0;
    for (const node of this.#topology.nodes) {
      try {
        // One node that hangs must not use up the time of the others.
        const until = Math.min(deadline, this.#clock.monotonic() + 1_000);
        latencyMs = Math.max(latencyMs, await this.#roundTrip(node, until));
        if (!(await node.durable.whenUp(until))) throw connectionLost("none", node.lastError);
        const facts = this.#facts.get(node) ?? (await this.#inspect(node, until));
        known.push(facts.durability);
        warnings.push(...facts.warnings, ...(facts.unsafe === undefined ? [] : [facts.unsafe.message]));
        if (this.#replicas > 0)
          warnings.push(...(await this.#inTime(watchReplicas(node.commands, this.#replicas), until)));
      } catch (error) {
        connected = false;
        known.push(this.#facts.get(node)?.durability ?? "memory");
        warnings.push((error as Error).message);
      }
    }
    const unserved = ALL_SHARDS.filter((shard) => this.#topology.nodeOf(shard) === undefined);
    if (unserved.length > 0) {
      connected = false;
      warnings.push(`no node is known for ${unserved.length} of ${ALL_SHARDS.length} shards`);
    }
    const durability = known.reduce(weaker, known[0] ?? "memory");
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
    const facts = await this.#inTime(inspectStore(node.commands, this.#replicas), deadline);
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
  return strengthOf(a) < strengthOf(b) ? a : b;
}

function strengthOf(durability: Durability): number {
  const place = FROM_WEAKEST.indexOf(durability);
  return place < 0 ? FROM_WEAKEST.length : place;
}
