import { openClient } from "./open-client.js";
import type { StoreAddress } from "./raw-store.js";

/** What of clients a server keeps. */
export interface ServerUsage {
  /** Connections, the one that asks left out. */
  readonly connections: number;
  /** Consumers that a process reads as, in all groups of the namespace. */
  readonly consumers: number;
}

/** Asks a server, over a connection of its own, what of clients it keeps. */
export async function measureServer(address: StoreAddress, namespace: string): Promise<ServerUsage> {
  const client = openClient(address);
  try {
    const clients = await client.info("clients");
    let consumers = 0;
    for (const key of await client.keys(`${namespace}:*}:q:*`)) {
      const found = (await client.xinfo("CONSUMERS", key, "agents")) as unknown[][];
      // "~…": nobody's, where entries wait to be offered again.
      consumers += found.filter((facts) => !String(facts[1]).startsWith("~")).length;
    }
    return { connections: Number(/connected_clients:(\d+)/.exec(clients)?.[1]) - 1, consumers };
  } finally {
    client.disconnect();
  }
}
