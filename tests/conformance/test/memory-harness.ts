import { createTransport, type Driver, type Transport, type TransportOptions } from "@agentcomm/protocol";
import { createFaultyLine, type TransportHarness } from "@agentcomm/transport-conformance";
import { createMemoryBroker, createMemoryDriver } from "@agentcomm/transport-memory";

/** How a transport is made to break its promises. Each hook replaces what it is given. */
export interface Mutation {
  /** The driver of one process. */
  driver?(driver: Driver, namespace: string): Driver;
  /** The same at the near end of a line that can be broken. */
  line?(driver: Driver): Driver;
  transport?(transport: Transport): Transport;
  options?(options: TransportOptions): TransportOptions;
}

/** The memory transport, on a store of its own, with a mutation or without. */
export function memoryHarness(mutation: Mutation = {}): TransportHarness {
  const broker = createMemoryBroker();
  const { driver: mutate = same, line: mutateLine = same, transport: finish = same, options: choose = same } = mutation;
  const createDriver = (namespace: string): Driver => mutate(createMemoryDriver({ broker, namespace }), namespace);
  const { capabilities } = createDriver("any");
  return {
    capabilities,
    // A hundred cases run at once here: the bound is wide, and the mutant that wakes late is later than that.
    wakeMs: 150,
    createTransport: (namespace, options) => finish(createTransport(createDriver(namespace), choose(options))),
    createBreakable(namespace, options) {
      const line = createFaultyLine(createDriver(namespace));
      return { ...line, transport: finish(createTransport(mutateLine(line.driver), choose(options))) };
    },
    putRaw: async (namespace, agentId, fields) => broker.putRaw(namespace, agentId, fields),
    residue: async (namespace) => broker.contents(namespace),
  };
}

function same<T>(value: T): T {
  return value;
}
