import type { Driver } from "@agentcomm/protocol";
import { createMemoryBroker, createMemoryDriver, type MemoryBroker } from "@agentcomm/transport-memory";
import { createRedisDriver } from "@agentcomm/transport-redis";

/** Where the agents of a crew reach each other. */
export type MeetingPlace =
  | { readonly kind: "memory"; readonly broker: MemoryBroker; readonly namespace: string }
  | { readonly kind: "redis"; readonly url: string; readonly namespace: string };

/** The place of a crew of this process alone. */
export function meetInMemory(): MeetingPlace {
  return { kind: "memory", broker: createMemoryBroker(), namespace: "demo" };
}

/** The place of a crew on a Redis server: a namespace of its own, so that several can be at work there. */
export function meetOnRedis(url: string, crewId: string): MeetingPlace {
  return { kind: "redis", url, namespace: `agentcomm-demo-${crewId}` };
}

/** A line to the place: what a transport is made of. */
export function createDriver(place: MeetingPlace): Driver {
  return place.kind === "memory" ? createMemoryDriver(place) : createRedisDriver(place);
}
