import { type Agent, createAgent } from "@agentcomm/agent";
import { createCoordinator, type SupervisorCoordinator } from "@agentcomm/coordinator";
import { AgentCommError } from "@agentcomm/protocol";
import { type AgentRegistry, createRegistry } from "@agentcomm/registry";
import { createMemoryBroker, createMemoryDriver } from "@agentcomm/transport-memory";
import { createBehaviour } from "./behaviour.js";
import { startProcess, type VirtualProcess } from "./process.js";
import type { Stage } from "./stage.js";
import { TaskHistory } from "./task-history.js";

/** The one coordinator id of a scenario, under which several processes run. */
export const COORDINATOR = "boss";
export const TASK_TYPE = "job";

/** A process that coordinates. */
export interface PlayedCoordinator {
  readonly process: VirtualProcess;
  readonly registry: AgentRegistry;
  readonly coordinator: SupervisorCoordinator;
  /** Neither killed nor stopped. */
  inOffice: boolean;
}

/** A process that is an agent. */
export interface PlayedAgent {
  readonly process: VirtualProcess;
  readonly agentId: string;
  readonly agent: Agent;
  readonly maxConcurrentTasks: number;
}

const LIVENESS = { heartbeatIntervalMs: 2_000, offlineAfterMs: 5_000 };
const COORDINATOR_LEASE_MS = 3_000;
/** An agent's work is given to others when its time to live is over, a takeover and the grace for its last answers included. */
const GIVEN_UP_MS = LIVENESS.offlineAfterMs + COORDINATOR_LEASE_MS + 2_000;
/** How long an attempt and a task may take: in one scenario the clock ends them, in the other what happens to the agents does. */
const HURRIED = { attemptTimeoutMs: 3_000, taskTimeoutMs: 12_000 };
const PATIENT = { attemptTimeoutMs: 20_000, taskTimeoutMs: 50_000 };

/** Tries again where the store was too slow, as a program would that is to run. What is stopped meanwhile stays stopped. */
async function keepStarting(process: VirtualProcess, start: () => Promise<void> | undefined): Promise<void> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!AgentCommError.is(error)) throw error;
      process.onError(error);
      if (error.code === "CLOSED") return;
    }
    await new Promise<void>((resolve) => void process.clock.timer(100, resolve));
  }
}

/** Starts the processes of a scenario, and keeps account of them. */
export class Cast {
  readonly broker;
  readonly history: TaskHistory;
  readonly coordinators: PlayedCoordinator[] = [];
  readonly agents: PlayedAgent[] = [];
  /** What no process stands between: a look into the store, and messages from nobody. */
  readonly store;
  readonly #stage: Stage;
  readonly #maxRetries: number;
  readonly #times: typeof HURRIED;

  constructor(stage: Stage) {
    this.#stage = stage;
    const clock = stage.time.clock();
    this.broker = createMemoryBroker({ clock });
    this.store = createMemoryDriver({ broker: this.broker });
    this.history = new TaskHistory(clock, COORDINATOR, {
      isGone: (agentId) => this.#isGone(agentId),
      limitOf: (agentId) => this.#limitOf(agentId),
    });
    this.#times = stage.random() < 0.5 ? HURRIED : PATIENT;
    this.#maxRetries = Math.floor(stage.random() * 3);
  }

  /** Starts a coordinator, in a process of its own. */
  startCoordinator(): PlayedCoordinator {
    const process = this.#start(`coordinator${this.coordinators.length + 1}`);
    const { transport, clock, random, createId, onError } = process;
    const registry = createRegistry({ ...LIVENESS, transport, clock, random, createId, onError });
    const coordinator = createCoordinator({
      id: COORDINATOR,
      transport,
      registry,
      clock,
      random,
      createId,
      onError,
      ...this.#times,
      maxRetries: this.#maxRetries,
      retryBackoff: { minMs: 50, maxMs: 200 },
      whenNoAgent: "wait",
      leaseMs: COORDINATOR_LEASE_MS,
    });
    const played = { process, registry, coordinator, inOffice: true };
    this.coordinators.push(played);
    void keepStarting(process, () => (played.inOffice ? coordinator.start() : undefined));
    return played;
  }

  /** Starts an agent, in a process of its own: also under an id that another process has. */
  startAgent(agentId: string): PlayedAgent {
    const process = this.#start(`${agentId}-${this.agents.length + 1}`);
    const { transport, clock, random, createId, onError } = process;
    const maxConcurrentTasks = 1 + Math.floor(random() * 2);
    const registry = createRegistry({ ...LIVENESS, transport, clock, random, createId, onError });
    const agent = createAgent({
      id: agentId,
      transport,
      registry,
      clock,
      random,
      createId,
      onError,
      capabilities: ["work"],
      maxConcurrentTasks,
      leaseMs: 2_000,
    });
    // One in eight says that it can, and then has no handler.
    const type = random() < 0.125 ? "another" : TASK_TYPE;
    agent.onTask(type, createBehaviour({ process, agentId, maxConcurrentTasks, history: this.history }));
    const played = { process, agentId, agent, maxConcurrentTasks };
    this.agents.push(played);
    void keepStarting(process, () => agent.start());
    return played;
  }

  /** Where the store answers at once, nobody has an excuse for not knowing. */
  #isGone(agentId: string): boolean {
    if (!this.#stage.isSteady) return false;
    const since = this.agents.map(({ agentId: id, process }) => (id === agentId ? process.diedAt : 0));
    return Math.max(...since) + GIVEN_UP_MS < this.#stage.time.elapsed;
  }

  #limitOf(agentId: string): number {
    const own = this.agents.filter((played) => played.agentId === agentId);
    if (this.coordinators.length > 1 || own.length > 1) return Number.POSITIVE_INFINITY;
    return own[0]?.maxConcurrentTasks ?? 0;
  }

  #start(name: string): VirtualProcess {
    return startProcess(this.#stage, this.broker, this.history, name);
  }
}
