import { AgentCommError, checkAgentId } from "@agentcomm/protocol";
import { checkNumber, checkTexts, createTroubleReporter, readOptions } from "@agentcomm/protocol/internal";
import { AgentDirectory } from "./agent-directory.js";
import type { AgentEntry } from "./agent-entry.js";
import type { AgentHeartbeat, AgentInfo, AgentRegistration } from "./agent-info.js";
import { agentInfo } from "./agent-record.js";
import type {
  AgentExplanation,
  AgentRegistry,
  ClaimedAgent,
  ListAgentsOptions,
  RegistryEvents,
  RegistryListener,
  RegistryStats,
  SelectionOptions,
} from "./agent-registry.js";
import { checkCapabilities, checkHeartbeat, checkRegistration } from "./check-registration.js";
import { poolsFor } from "./create-pool.js";
import { explainAgent } from "./explain.js";
import { Listeners } from "./listeners.js";
import { LiveView } from "./live-view.js";
import { Registrations } from "./registrations.js";
import { registryStats } from "./registry-stats.js";
import type { ResolvedRegistryOptions } from "./resolve-registry-options.js";

/** The registry: answers from the live view, writes through the registrations. */
export class LiveRegistry implements AgentRegistry {
  readonly heartbeatIntervalMs: number;
  readonly offlineAfterMs: number;
  readonly #directory: AgentDirectory;
  readonly #listeners: Listeners;
  readonly #view: LiveView;
  readonly #registrations: Registrations;
  #closed = false;

  constructor(options: ResolvedRegistryOptions) {
    this.heartbeatIntervalMs = options.heartbeatIntervalMs;
    this.offlineAfterMs = options.offlineAfterMs;
    const { records } = options.transport;
    const report = createTroubleReporter(options.onError, options.transport.name);
    this.#directory = new AgentDirectory(poolsFor(options.strategy, options.random));
    this.#listeners = new Listeners(report);
    this.#view = new LiveView({ ...options, records, directory: this.#directory, listeners: this.#listeners, report });
    this.#registrations = new Registrations({ ...options, records, view: this.#view });
  }

  async registerAgent(registration: AgentRegistration): Promise<AgentInfo> {
    this.#enter();
    const checked = checkRegistration(registration);
    await this.#view.started();
    return agentInfo(await this.#registrations.register(checked));
  }

  async unregisterAgent(agentId: string): Promise<boolean> {
    this.#enter();
    checkAgentId(agentId, "agentId");
    return await this.#registrations.unregister(agentId);
  }

  async updateHeartbeat(agentId: string, heartbeat?: AgentHeartbeat): Promise<AgentInfo> {
    this.#enter();
    checkAgentId(agentId, "agentId");
    const checked = checkHeartbeat(heartbeat);
    return agentInfo(await this.#registrations.beat(agentId, checked));
  }

  async getAgent(agentId: string): Promise<AgentInfo | undefined> {
    checkAgentId(agentId, "agentId");
    await this.#ready();
    return this.#directory.get(agentId)?.info;
  }

  async listAgents(given?: ListAgentsOptions): Promise<AgentInfo[]> {
    const options = readOptions(given);
    const capabilities = checkCapabilities(options.capabilities ?? []);
    await this.#ready();
    const agents: AgentInfo[] = [];
    for (const { info } of this.#directory.all()) {
      if (options.role !== undefined && info.role !== options.role) continue;
      if (options.status !== undefined && info.status !== options.status) continue;
      if (capabilities.every((name) => info.capabilities.includes(name))) agents.push(info);
    }
    return agents.sort(byId);
  }

  async countAgents(capabilities: readonly string[], options?: SelectionOptions): Promise<number> {
    const { names, except } = await this.#selection(capabilities, options);
    const pool = this.#directory.pool(names);
    let count = pool.size;
    for (const agentId of except) {
      const entry = this.#directory.get(agentId);
      if (entry !== undefined && pool.has(entry)) count -= 1;
    }
    return count;
  }

  async findAvailableAgents(
    capabilities: readonly string[],
    given?: SelectionOptions & { readonly maxResults?: number },
  ): Promise<AgentInfo[]> {
    const options = readOptions(given);
    const maxResults = checkNumber("maxResults", options.maxResults ?? 10, { min: 1, integer: true });
    const { names, except } = await this.#selection(capabilities, options);
    const found: AgentInfo[] = [];
    for (const { info } of this.#directory.pool(names).free()) {
      if (except.has(info.id)) continue;
      found.push(info);
      if (found.length === maxResults) break;
    }
    return found;
  }

  async findBestAgent(capabilities: readonly string[], options?: SelectionOptions): Promise<AgentInfo | undefined> {
    return (await this.#choose(capabilities, options))?.info;
  }

  async claimAgent(capabilities: readonly string[], options?: SelectionOptions): Promise<ClaimedAgent | undefined> {
    const { names, except } = await this.#selection(capabilities, options);
    // Choosing and reserving happen in one go, with no await between them.
    const entry = this.#directory.choose(names, except);
    return entry && { agent: entry.info, release: this.#directory.reserve(entry.info.id) };
  }

  reserve(agentId: string): () => void {
    checkAgentId(agentId, "agentId");
    return this.#directory.reserve(agentId);
  }

  async explain(capabilities: readonly string[]): Promise<AgentExplanation[]> {
    const names = checkCapabilities(capabilities);
    await this.#ready();
    return [...this.#directory.all()]
      .map((entry) => explainAgent(entry, names))
      .sort((a, b) => Number(b.available) - Number(a.available) || byId(a.agent, b.agent));
  }

  async getRegistryStats(): Promise<RegistryStats> {
    await this.#ready();
    return registryStats(this.#directory);
  }

  async refresh(): Promise<void> {
    await this.#ready();
    await this.#view.refresh();
  }

  on<Name extends keyof RegistryEvents>(event: Name, listener: RegistryListener<Name>): () => void {
    this.#enter();
    this.#listeners.add(event, listener);
    this.#view.start();
    return () => this.off(event, listener);
  }

  off<Name extends keyof RegistryEvents>(event: Name, listener: RegistryListener<Name>): void {
    this.#listeners.delete(event, listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#listeners.clear();
    await this.#view.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #choose(
    capabilities: readonly string[],
    options: SelectionOptions | undefined,
  ): Promise<AgentEntry | undefined> {
    const { names, except } = await this.#selection(capabilities, options);
    return this.#directory.choose(names, except);
  }

  async #selection(capabilities: readonly string[], given: SelectionOptions | undefined) {
    const names = checkCapabilities(capabilities);
    const { except: left = [], fresh = false } = readOptions(given);
    const except: ReadonlySet<string> = new Set(checkTexts("except", left));
    await this.#ready();
    if (fresh === true) await this.#view.refresh();
    return { names, except };
  }

  async #ready(): Promise<void> {
    this.#enter();
    await this.#view.load();
  }

  #enter(): void {
    if (!this.#closed) return;
    throw new AgentCommError("CLOSED", "the registry is closed; create a new one", { outcome: "none" });
  }
}

function byId(a: AgentInfo, b: AgentInfo): number {
  return a.id < b.id ? -1 : 1;
}
