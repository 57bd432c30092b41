import type { Clock } from "@agentcomm/protocol";
import type { Redis } from "ioredis";
import { Connection } from "./connection.js";
import type { Endpoint } from "./endpoint.js";
import { StoreClock } from "./store-clock.js";

/** What the nodes of a topology share. */
export interface NodeContext {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stallMs: number;
  /** The connection for commands is up, for the first time or again. */
  readonly onUp: (node: StoreNode) => void;
  readonly onDown: (node: StoreNode, reason: Error) => void;
  /** The connection for rings is up: nothing is subscribed to on it yet. */
  readonly onBellUp: (node: StoreNode, client: Redis) => void;
}

/** One server that holds shards: a connection for commands and, once something is to be heard, one for rings. */
export class StoreNode {
  /** `host:port`; undefined where there is only one. */
  readonly address: string | undefined;
  readonly commands: Connection;
  readonly bells: Connection;
  readonly time: StoreClock;

  constructor(address: string | undefined, context: NodeContext) {
    const { endpoint, clock, random, stallMs } = context;
    const shared = { createClient: () => endpoint.createClient(address), clock, random, stallMs };
    this.address = address;
    this.time = new StoreClock(clock);
    this.commands = new Connection({
      ...shared,
      onUp: () => {
        this.time.forget();
        context.onUp(this);
      },
      onDown: (reason) => context.onDown(this, reason),
    });
    this.bells = new Connection({
      ...shared,
      onUp: (client) => context.onBellUp(this, client),
      // Nothing to be done: the poll makes good what is not heard meanwhile.
      onDown: () => {},
    });
  }

  close(): void {
    this.commands.close();
    this.bells.close();
  }
}
