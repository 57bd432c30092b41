import type { AgentCommError, Delivery, RecordEvent, Transport } from "@agentcomm/protocol";
import type { AgentName, CollectionName, Who } from "./command.js";
import type { ModelClock } from "./model-clock.js";

/** Of both worlds: few, so that a short sequence reaches poison. */
export const MAX_DELIVERIES = 3;

/** A store under test, with two transports over it. Both worlds of a sequence are given the same commands. */
export interface World extends AsyncDisposable {
  readonly name: "memory" | "redis";
  /** What the transports reported in the background: nothing, in a sequence without faults. */
  readonly troubles: AgentCommError[];
  transport(who: Who): Transport;
  /** Closes the transport without settling anything, and puts a new one in its place. */
  restart(who: Who): Promise<void>;
  /** Stores an entry as a stranger would. `agentId` is the full one. */
  putRaw(agentId: string, fields: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Makes the store's time pass: everything that it measures is older by so much. */
  pass(ms: number, agentIds: readonly string[], collections: readonly string[]): Promise<void>;
  /** Resolves once everything "short" that was begun before is over. */
  shortIsOver(): Promise<void>;
}

/** A watch of one collection, and what it was told. */
export interface ModelWatch {
  readonly by: Who;
  readonly collection: CollectionName;
  readonly prefix: string;
  readonly events: RecordEvent[];
  /** The versions of what is there, as the events tell it. */
  readonly seen: Map<string, number>;
  /** The keys that it had been told of when it was last looked at. */
  readonly known: Set<string>;
  end(): Promise<void>;
}

/** What the commands of one sequence have brought forth in one world, so that later ones can refer to it. */
export interface Session {
  readonly world: World;
  readonly clock: ModelClock;
  /** Sets the names of one sequence apart from those of others in the same store. */
  readonly tag: string;
  readonly deliveries: Delivery[];
  /** The versions that writes resolved to, in their order. */
  readonly versions: { readonly collection: CollectionName; readonly version: number }[];
  /** Ids of the dead letters that were listed last, by agent. */
  readonly listed: Map<AgentName, readonly string[]>;
  /** Those whose transport is open. */
  watches: ModelWatch[];
  /** Agents whose mailbox may be full. */
  readonly capped: Set<AgentName>;
}

export function createSession(world: World, clock: ModelClock, tag: string): Session {
  return { world, clock, tag, deliveries: [], versions: [], listed: new Map(), watches: [], capped: new Set() };
}

/** The full name of an agent, topic or collection in this sequence. */
export function fullName(session: Session, name: string): string {
  return `${name}.${session.tag}`;
}
