import { createTransport } from "@agentcomm/protocol";
import { createFaultyLine, describeTransport } from "@agentcomm/transport-conformance";
import { createMemoryBroker, createMemoryDriver, createMemoryTransport } from "../src/index.js";

const broker = createMemoryBroker();

describeTransport("memory", {
  capabilities: {
    durable: false,
    crossProcess: false,
    fenced: true,
    delay: true,
    recordTtl: true,
    atomicFanOut: false,
  },
  wakeMs: 10,
  createTransport: (namespace, options) => createMemoryTransport({ ...options, broker, namespace }),
  createBreakable(namespace, options) {
    const line = createFaultyLine(createMemoryDriver({ broker, namespace }));
    return { ...line, transport: createTransport(line.driver, options) };
  },
  putRaw: async (namespace, agentId, fields) => broker.putRaw(namespace, agentId, fields),
  residue: async (namespace) => broker.contents(namespace),
});
