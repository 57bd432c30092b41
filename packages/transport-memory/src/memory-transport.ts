import { createTransport, type Transport, type TransportOptions } from "@agentcomm/protocol";
import { readOptions } from "@agentcomm/protocol/internal";
import { createMemoryDriver, type MemoryDriverOptions } from "./memory-driver.js";

/** How a memory transport is made. */
export interface MemoryTransportOptions extends MemoryDriverOptions, TransportOptions {
  /**
   * The clock of the transport, and of its broker, if none is given.
   * @default systemClock
   */
  readonly clock?: NonNullable<TransportOptions["clock"]>;
}

/**
 * Creates a transport within one process: for tests, for programs that need no server, and to try things out. What it
 * accepts lives as long as its broker. Transports that share a broker and a namespace reach each other, as processes
 * that share a server would. Throws INVALID_OPTIONS. Close it when done; the broker needs no closing.
 */
export function createMemoryTransport(options: MemoryTransportOptions = {}): Transport {
  const read = readOptions(options);
  return createTransport(createMemoryDriver(read), read);
}
