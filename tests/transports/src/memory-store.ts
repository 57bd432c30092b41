import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { openTransports } from "./open-transports.js";
import type { Store } from "./store.js";

/** A store in memory: a broker of its own. */
export async function openMemoryStore(): Promise<Store> {
  const broker = createMemoryBroker();
  const transports = openTransports((options) => createMemoryTransport({ ...options, broker }));
  return {
    kind: "memory",
    env: {},
    transport: transports.open,
    close: transports.close,
    [Symbol.asyncDispose]: transports.close,
  };
}
