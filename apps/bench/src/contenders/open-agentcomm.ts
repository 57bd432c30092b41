import type { Transport } from "@agentcomm/protocol";
import { createMemoryTransport } from "@agentcomm/transport-memory";
import { createRedisTransport } from "@agentcomm/transport-redis";
import type { Place } from "../measure/contender.js";

/** Our two transports: the same work runs on both. */
export const OURS = {
  redis: { name: "AgentComm on Redis", keeps: "log" },
  memory: { name: "AgentComm in memory", keeps: "nothing" },
} as const;

/** Which of our transports. */
export type Ours = keyof typeof OURS;

/** A transport in a namespace of its own, with all that is on by default: validation, diagnostics, sequence numbers, leases. */
export async function openAgentComm(which: Ours, { redisUrl, name }: Place): Promise<Transport> {
  const transport =
    which === "redis" ? createRedisTransport({ url: redisUrl, namespace: name() }) : createMemoryTransport();
  await transport.open();
  return transport;
}
