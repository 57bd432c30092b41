import type { AgentStatus, JsonObject } from "@agentcomm/protocol";

/** The roles that AgentComm itself gives a meaning to. Any other string is allowed as well. */
export const AGENT_ROLES = ["supervisor", "coordinator", "worker"] as const;

/** What an agent is in its team: one of {@link AGENT_ROLES}, or a word of your own. */
export type AgentRole = (typeof AGENT_ROLES)[number] | (string & {});

/** The states an agent can be in. Only `active`, `busy` and `idle` agents are given work. */
export const AGENT_STATUSES = [
  "active",
  "busy",
  "idle",
  "draining",
  "offline",
] as const satisfies readonly AgentStatus[];

/** A registered agent. This is also what its record in the collection {@link AGENTS_COLLECTION} says. */
export interface AgentInfo {
  readonly id: string;
  readonly role: AgentRole;
  /** Sorted, each once. */
  readonly capabilities: readonly string[];
  /** Most tasks it runs at once. 0: it takes none (a coordinator, an observer). */
  readonly maxConcurrentTasks: number;
  /** Tasks it runs, as it last reported. */
  readonly currentTasks: number;
  readonly status: AgentStatus;
  readonly metadata: JsonObject;
  /** Epoch milliseconds, on the agent's clock. */
  readonly registeredAt: number;
  /** Epoch milliseconds, on the agent's clock. */
  readonly lastHeartbeatAt: number;
  /** Names this registration: another one means that the agent was registered anew. */
  readonly sessionId: string;
}

/** The collection of records that holds the agents, by agent id. */
export const AGENTS_COLLECTION = "agents";

/** What an agent is registered with. */
export interface AgentRegistration {
  /** An agent id: letters, digits, ".", "_" and "-", at most 63 characters. */
  readonly id: string;
  /**
   * 1 to 128 characters.
   * @default "worker"
   */
  readonly role?: AgentRole;
  /**
   * What it can do: each 1 to 128 characters, compared letter by letter.
   * @default []
   */
  readonly capabilities?: readonly string[];
  /**
   * Most tasks it runs at once. 0: it takes none.
   * @default 1
   */
  readonly maxConcurrentTasks?: number;
  /**
   * Anything that others should know of it.
   * @default {}
   */
  readonly metadata?: JsonObject;
  /**
   * @default "active"
   */
  readonly status?: AgentStatus;
  /**
   * Several processes hold this id together, each by a registration of its own: none displaces another, and the agent
   * leaves with the last of them. For coordinators.
   * @default false
   */
  readonly shared?: boolean;
}

/** What an agent reports when it beats. What is left out stays as it was. */
export interface AgentHeartbeat {
  readonly status?: AgentStatus;
  readonly currentTasks?: number;
}
