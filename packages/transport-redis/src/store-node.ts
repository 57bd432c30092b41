import type { Clock } from "@agentcomm/protocol";
import type { Redis } from "ioredis";
import { Connection, type ScriptRunner } from "./connection.js";
import type { Endpoint } from "./endpoint.js";
import { ReplicatedScripts } from "./replicated-scripts.js";
import { StoreClock } from "./store-clock.js";

/** What the nodes of a topology share. */
export interface NodeContext {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stallMs: number;
  /** How many replicas must have what is reported as done. */
  readonly replicas: number;
  /** The connection for commands is up, for the first time or again. */
  readonly onUp: (node: StoreNode) => void;
  /** Called once for each time that the node, having been reached, is not, however many of its connections that ends. */
  readonly onDown: (node: StoreNode, reason: Error) => void;
  /** The connection for rings is up: nothing is subscribed to on it yet. */
  readonly onBellUp: (node: StoreNode, client: Redis) => void;
}

/**
 * One server that holds shards: a connection for commands; once something is to be heard, one for rings; and one for what
 * replicas must confirm, if they must.
 */
export class StoreNode {
  /** `host:port`; undefined where there is only one. */
  readonly address: string | undefined;
  readonly commands: Connection;
  /** For what must not be lost once it was reported as done. */
  readonly durable: ScriptRunner;
  readonly bells: Connection;
  readonly time: StoreClock;
  readonly #replicated: ReplicatedScripts | undefined;
  readonly #onDown: NodeContext["onDown"];
  #isDown = false;

  constructor(address: string | undefined, context: NodeContext) {
    const { endpoint, clock, random, stallMs, replicas } = context;
    const shared = { createClient: () => endpoint.createClient(address), clock, random, stallMs };
    this.address = address;
    this.#onDown = context.onDown;
    this.time = new StoreClock(clock);
    this.commands = new Connection({
      ...shared,
      onUp: () => {
        this.time.forget();
        this.#rise();
        context.onUp(this);
      },
      onDown: (reason) => this.#fall(reason),
    });
    if (replicas > 0) {
      this.#replicated = new ReplicatedScripts({
        ...shared,
        replicas,
        onUp: () => {
          this.#follow();
          this.#rise();
        },
        onDown: (reason) => this.#fall(reason),
      });
    }
    this.durable = this.#replicated ?? this.commands;
    this.bells = new Connection({
      ...shared,
      onUp: (client) => context.onBellUp(this, client),
      // Nothing to be done: the poll makes good what is not heard meanwhile.
      onDown: () => {},
    });
  }

  /** Why there is no connection, where there is none. */
  get lastError(): Error | undefined {
    return this.commands.lastError ?? this.#replicated?.lastError;
  }

  start(): void {
    this.commands.start();
    this.#replicated?.start();
  }

  /** After a failover the other connection may still be open to the former primary. */
  #follow(): void {
    const { peer } = this.commands;
    if (peer !== undefined && peer !== this.#replicated?.peer)
      this.commands.reset(new Error("another server is primary now"));
  }

  #fall(reason: Error): void {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#onDown(this, reason);
  }

  #rise(): void {
    if (this.commands.isUp && this.durable.isUp) this.#isDown = false;
  }

  close(): void {
    this.commands.close();
    this.#replicated?.close();
    this.bells.close();
  }
}
