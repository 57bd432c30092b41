import type { AgentCommError, AgentStatus, Clock, Transport } from "@agentcomm/protocol";
import type { AgentHeartbeat, AgentInfo, AgentRegistration, AgentRole } from "./agent-info.js";

/** An agent that could take one more task, as a strategy of one's own sees it. */
export interface Candidate {
  readonly agent: AgentInfo;
  /** Tasks it has: those it reported, and those reserved in this process that its report does not show yet. */
  readonly load: number;
}

/**
 * Chooses among the agents that could take the task, of which there is at least one. Returning undefined means none of
 * them. It is called for each choice with every available agent, so its cost grows with their number.
 */
export type SelectAgent = (candidates: readonly Candidate[], capabilities: readonly string[]) => Candidate | undefined;

/**
 * How `findBestAgent` chooses. "least-loaded": the smallest share of its slots taken, among equals the one chosen longest
 * ago. "round-robin": the one chosen longest ago. "random": any. Or a function of one's own.
 */
export type SelectionStrategy = "least-loaded" | "round-robin" | "random" | SelectAgent;

/** How a registry is made. */
export interface RegistryOptions {
  /** Where the agents' records are. Not closed by the registry. */
  readonly transport: Transport;
  /**
   * How often the agents registered here are going to beat. The registry itself never beats.
   * @default 30,000
   */
  readonly heartbeatIntervalMs?: number;
  /**
   * An agent registered here that has not beaten for this long is lost.
   * @default 3 × heartbeatIntervalMs
   */
  readonly offlineAfterMs?: number;
  /**
   * @default "least-loaded"
   */
  readonly strategy?: SelectionStrategy;
  /**
   * Told of failures in the background: a listener that throws, a record that is no agent.
   * @default process.emitWarning
   */
  readonly onError?: (error: AgentCommError) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /**
   * From 0 up to 1, for the strategy "random".
   * @default Math.random
   */
  readonly random?: () => number;
  /**
   * Makes session ids.
   * @default a new UUIDv7
   */
  readonly createId?: () => string;
}

/** Which agents are left out of a choice. */
export interface SelectionOptions {
  /** Agent ids that are passed over. */
  readonly except?: readonly string[];
  /**
   * Read the agents' records once before choosing, so that an agent which registered elsewhere a moment ago counts.
   * @default false
   */
  readonly fresh?: boolean;
}

/** Which agents are listed. Each condition narrows the list. */
export interface ListAgentsOptions {
  readonly role?: AgentRole;
  readonly status?: AgentStatus;
  /** Only agents that have all of them. */
  readonly capabilities?: readonly string[];
}

/** An agent that was chosen, with one of its slots taken. */
export interface ClaimedAgent {
  readonly agent: AgentInfo;
  /** Gives the slot back. Calling it again changes nothing. */
  readonly release: () => void;
}

/** Why an agent would be given a task or not. */
export interface AgentExplanation {
  readonly agent: AgentInfo;
  readonly available: boolean;
  /** Tasks it has: those it reported, and those reserved in this process that its report does not show yet. */
  readonly load: number;
  /** Required capabilities that it lacks. */
  readonly missing: readonly string[];
  /** In words: "lacks python", "is draining", "has 4 of 4 tasks", "has 1 of 4 tasks". */
  readonly reason: string;
}

/** The registry in numbers. */
export interface RegistryStats {
  readonly totalAgents: number;
  /** Agents that could take a task now. */
  readonly availableAgents: number;
  /** Mean over the agents that take tasks of the share of their slots that is taken: 0 to 1. */
  readonly averageLoad: number;
  /** Slots of all agents, and how many are taken. */
  readonly totalSlots: number;
  readonly currentTasks: number;
  readonly byStatus: Readonly<Record<AgentStatus, number>>;
  readonly byRole: Readonly<Record<string, number>>;
  /** How many agents have each capability. */
  readonly capabilities: Readonly<Record<string, number>>;
}

/** What a registry tells its listeners: name and arguments. */
export interface RegistryEvents {
  /** An agent was registered. Not told of those that were there when the registry looked first. */
  readonly joined: readonly [agent: AgentInfo];
  /** An agent unregistered. */
  readonly left: readonly [agent: AgentInfo];
  /** An agent stopped beating: its time to live ran out. */
  readonly lost: readonly [agent: AgentInfo];
  /** An agent beat, changed, or was registered anew (then `sessionId` differs). */
  readonly updated: readonly [agent: AgentInfo, previous: AgentInfo];
}

/** A listener of one of {@link RegistryEvents}. */
export type RegistryListener<Name extends keyof RegistryEvents> = (...args: RegistryEvents[Name]) => void;

/**
 * Who is there, what they can do, and who is free. Every registry keeps a live view of all agents of the transport's
 * namespace: the first call that looks loads it, from then on looking costs no round trip. (Who only registers and beats
 * never loads it.) Once closed, everything but `close` rejects with CLOSED. Calls that reach the store reject as the
 * transport's do.
 */
export interface AgentRegistry extends AsyncDisposable {
  /** What agents that beat for themselves go by. */
  readonly heartbeatIntervalMs: number;
  readonly offlineAfterMs: number;
  /**
   * Registers an agent, or registers it anew. Resolves once its record is stored and `getAgent` shows it. The newest
   * registration of an id wins, so that an agent which crashed can come back at once: the registry that held the id before
   * is refused at its next `updateHeartbeat` or `unregisterAgent`. Rejects with INVALID_AGENT_ID or INVALID_OPTIONS.
   */
  registerAgent(registration: AgentRegistration): Promise<AgentInfo>;
  /**
   * Resolves to whether an agent was there to be removed. Rejects with AGENT_EXISTS if the id is held by a newer
   * registration elsewhere.
   */
  unregisterAgent(agentId: string): Promise<boolean>;
  /**
   * Prolongs the agent's life by `offlineAfterMs` and stores what it reports. An agent whose record is gone (it was late,
   * or the store was emptied) is registered again. Rejects with AGENT_EXISTS if the id is held by a newer registration
   * elsewhere, with AGENT_NOT_FOUND if there is no such agent and this registry never registered it.
   */
  updateHeartbeat(agentId: string, heartbeat?: AgentHeartbeat): Promise<AgentInfo>;
  getAgent(agentId: string): Promise<AgentInfo | undefined>;
  /** Sorted by agent id. */
  listAgents(options?: ListAgentsOptions): Promise<AgentInfo[]>;
  /** How many live agents have all the capabilities, free or not. Draining ones and those that take no tasks don't count. */
  countAgents(capabilities: readonly string[], options?: SelectionOptions): Promise<number>;
  /** Agents that could take a task now, best first as far as the strategy knows an order. `maxResults` is 10 unless given. */
  findAvailableAgents(
    capabilities: readonly string[],
    options?: SelectionOptions & { readonly maxResults?: number },
  ): Promise<AgentInfo[]>;
  /**
   * The agent that the strategy chooses among those which are alive, not draining, below their limit and have all the
   * capabilities; undefined if there is none. Rejects with HANDLER_FAILED if a strategy of one's own throws.
   */
  findBestAgent(capabilities: readonly string[], options?: SelectionOptions): Promise<AgentInfo | undefined>;
  /** Chooses like `findBestAgent` and reserves a slot in the same step, so that two callers never share the last one. */
  claimAgent(capabilities: readonly string[], options?: SelectionOptions): Promise<ClaimedAgent | undefined>;
  /**
   * Counts one more task for the agent in this process until the returned function is called: work given to it that its
   * record may not show yet. The agent need not be registered.
   */
  reserve(agentId: string): () => void;
  /** Tells, agent by agent, why it would be given a task or not: available ones first, then by agent id. */
  explain(capabilities: readonly string[]): Promise<AgentExplanation[]>;
  getRegistryStats(): Promise<RegistryStats>;
  /** Reads all records once and takes over what the live view does not show yet. */
  refresh(): Promise<void>;
  /**
   * Calls `listener` on each event until the returned function, or `off`, is called. A listener that throws is reported
   * to onError. Starts the live view if nothing did yet; if that fails it is reported and tried again.
   */
  on<Name extends keyof RegistryEvents>(event: Name, listener: RegistryListener<Name>): () => void;
  off<Name extends keyof RegistryEvents>(event: Name, listener: RegistryListener<Name>): void;
  /** Ends the live view and drops the listeners. Unregisters nobody: agents that are not unregistered go by their time to live. Idempotent. */
  close(): Promise<void>;
}
