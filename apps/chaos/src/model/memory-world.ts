import type { AgentCommError, Transport } from "@agentcomm/protocol";
import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { DURATIONS, type Who } from "./command.js";
import type { ModelClock } from "./model-clock.js";
import { MAX_DELIVERIES, type World } from "./world.js";

const NAMESPACE = "model";

/** A store in memory, on a clock that stands still between commands. */
export function createMemoryWorld(clock: ModelClock): World {
  const broker = createMemoryBroker({ clock });
  const troubles: AgentCommError[] = [];
  const onError = (error: AgentCommError): void => void troubles.push(error);
  const open = (): Transport =>
    createMemoryTransport({ broker, namespace: NAMESPACE, clock, maxDeliveries: MAX_DELIVERIES, onError });
  const transports: Record<Who, Transport> = { A: open(), B: open() };
  return {
    name: "memory",
    troubles,
    transport: (who) => transports[who],
    async restart(who) {
      await transports[who].close();
      transports[who] = open();
    },
    async putRaw(agentId, fields) {
      broker.putRaw(NAMESPACE, agentId, fields);
    },
    // The clock is the store's: whoever moves it moves this world.
    async pass() {},
    async shortIsOver() {
      await clock.advance(2 * DURATIONS.short);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([transports.A.close(), transports.B.close()]);
    },
  };
}
