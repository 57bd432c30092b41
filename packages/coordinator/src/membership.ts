import { AgentCommError, type Clock, type Transport } from "@agentcomm/protocol";
import { type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";
import type { AgentRegistry } from "@agentcomm/registry";
import type { Instances } from "./instances.js";

/** What belonging to the system takes. */
export interface MembershipContext {
  readonly id: string;
  readonly transport: Transport;
  readonly registry: AgentRegistry;
  readonly instances: Instances;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: ReportTrouble;
}

/** A coordinator's place in the system: its mailbox, its registration as a supervisor, its lease. */
export class Membership {
  readonly #context: MembershipContext;
  #cancelBeat: () => void = () => {};
  #left = false;

  constructor(context: MembershipContext) {
    this.#context = context;
  }

  /** Resolves once other instances see this one, and the agents are in view. */
  async join(): Promise<void> {
    const { id, transport, registry, instances } = this.#context;
    this.#left = false;
    await transport.openMailbox(id);
    await instances.start();
    await registry.registerAgent({ id, role: "supervisor", maxConcurrentTasks: 0, shared: true });
    this.#beatLater();
    // Whoever is not in view counts as gone, so the view must be there before any task is looked at.
    await registry.getAgent(id);
  }

  /** Gives everything up, as far as the store can be reached; what is left there goes by its time to live. */
  async leave(): Promise<void> {
    const { id, registry, instances } = this.#context;
    this.#left = true;
    this.#cancelBeat();
    await this.#tolerate(() => instances.stop());
    await this.#tolerate(() => registry.unregisterAgent(id));
  }

  #beatLater(): void {
    const { registry, clock, random } = this.#context;
    // Spread, so that coordinators started together don't beat together.
    const ms = registry.heartbeatIntervalMs * (0.9 + random() * 0.1);
    this.#cancelBeat();
    this.#cancelBeat = clock.timer(ms, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const { id, registry } = this.#context;
    await this.#tolerate(() => registry.updateHeartbeat(id));
    if (!this.#left) this.#beatLater();
  }

  async #tolerate(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#left && AgentCommError.is(error, "CLOSED")) return;
      this.#context.report(toAgentCommError(error, "STORE_FAILED", "the coordinator's registration"));
    }
  }
}
