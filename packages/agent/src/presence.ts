import { AgentCommError, type AgentStatus, type Clock } from "@agentcomm/protocol";
import { backoffMs, type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";
import type { AgentRegistration, AgentRegistry } from "@agentcomm/registry";
import { FixedDelay } from "./fixed-delay.js";

// A task counts in the agent's record once it has run this long. A shorter one would be over before anybody read of it, and
// a thousand a second would each cost a write; who gave it knows of it anyway.
const COUNTED_AFTER_MS = 250;
const REPORTS_APART_MS = 250;

/** What being there takes. */
export interface PresenceContext {
  readonly registry: AgentRegistry;
  readonly registration: AgentRegistration & { readonly maxConcurrentTasks: number };
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: ReportTrouble;
  /** Another process registered under the id: this one must not go on. */
  readonly onTakenOver: (error: AgentCommError) => void;
}

/** Keeps the registry informed that the agent is there, and how much it has to do. */
export class Presence {
  readonly #context: PresenceContext;
  readonly #delay: FixedDelay;
  #currentTasks = 0;
  #draining = false;
  #registered = false;
  #beatAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #cancelBeat: () => void = () => {};
  #cancelReport: (() => void) | undefined;

  constructor(context: PresenceContext) {
    this.#context = context;
    this.#delay = new FixedDelay(context.clock, COUNTED_AFTER_MS);
  }

  async register(): Promise<void> {
    const { registry, registration } = this.#context;
    await registry.registerAgent({ ...registration, status: this.#status });
    this.#registered = true;
    this.#scheduleBeat();
  }

  /** A task began; call what this returns when it has ended. */
  taskBegan(): () => void {
    let counted = false;
    const cancel = this.#delay.after(() => {
      counted = true;
      this.#count(1);
    });
    return () => {
      cancel();
      if (counted) this.#count(-1);
    };
  }

  /** Tells that no new tasks are wanted. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#beat();
  }

  /** Beats no more, and unless the id is somebody else's now, unregisters. Never rejects: the time to live does the rest. */
  async leave(): Promise<void> {
    const { registry, registration } = this.#context;
    const wasRegistered = this.#registered;
    this.end();
    if (!wasRegistered) return;
    try {
      await registry.unregisterAgent(registration.id);
    } catch (error) {
      if (!AgentCommError.is(error, "AGENT_EXISTS")) this.#report(error, "unregistering failed");
    }
  }

  /** Beats no more. */
  end(): void {
    this.#registered = false;
    this.#cancelBeat();
    this.#cancelReport?.();
  }

  get #status(): AgentStatus {
    if (this.#draining) return "draining";
    if (this.#currentTasks === 0) return "idle";
    return this.#currentTasks >= this.#context.registration.maxConcurrentTasks ? "busy" : "active";
  }

  #count(change: 1 | -1): void {
    const { clock } = this.#context;
    this.#currentTasks += change;
    if (!this.#registered || this.#cancelReport !== undefined) return;
    const restMs = this.#beatAt + REPORTS_APART_MS - clock.monotonic();
    this.#cancelReport = clock.timer(restMs, () => {
      this.#cancelReport = undefined;
      void this.#beat();
    });
  }

  async #beat(): Promise<void> {
    if (!this.#registered) return;
    const { registry, registration, clock, onTakenOver } = this.#context;
    this.#cancelBeat();
    this.#beatAt = clock.monotonic();
    try {
      await registry.updateHeartbeat(registration.id, { status: this.#status, currentTasks: this.#currentTasks });
      this.#failures = 0;
    } catch (error) {
      if (!this.#registered) return;
      if (AgentCommError.is(error, "AGENT_EXISTS")) {
        this.end();
        onTakenOver(error);
        return;
      }
      this.#failures += 1;
      this.#report(error, "the heartbeat could not be stored");
      // Neither a registry nor a transport that is closed opens again.
      if (AgentCommError.is(error, "CLOSED")) this.end();
    }
    this.#scheduleBeat();
  }

  #scheduleBeat(): void {
    if (!this.#registered) return;
    const { registry, clock, random } = this.#context;
    const { heartbeatIntervalMs } = registry;
    // Jitter keeps agents that started together from beating together; early rather than late.
    const nextMs =
      this.#failures === 0
        ? heartbeatIntervalMs * (0.8 + random() * 0.2)
        : backoffMs(this.#failures, { minMs: Math.min(500, heartbeatIntervalMs), maxMs: heartbeatIntervalMs }, random);
    this.#cancelBeat();
    this.#cancelBeat = clock.timer(nextMs, () => void this.#beat());
  }

  #report(error: unknown, what: string): void {
    const { report, registration } = this.#context;
    report(toAgentCommError(error, "STORE_FAILED", what), { agentId: registration.id });
  }
}
