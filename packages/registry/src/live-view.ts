import {
  AgentCommError,
  type Clock,
  publishDiagnostics,
  type RecordEvent,
  type RecordStore,
  type VersionedRecord,
} from "@agentcomm/protocol";
import { backoffMs, type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";
import type { AgentDirectory } from "./agent-directory.js";
import { AGENTS_COLLECTION } from "./agent-info.js";
import { agentInfo, readAgentRecord } from "./agent-record.js";
import type { Listeners } from "./listeners.js";

const TRY_AGAIN = { minMs: 500, maxMs: 30_000 };
const PAGE = 1_000;
/** The watch tells of a write within milliseconds. What it has not told of by then is looked at again. */
const CONFIRM_MS = 1_000;

/** What a live view works with. */
export interface LiveViewContext {
  readonly records: RecordStore;
  readonly directory: AgentDirectory;
  readonly listeners: Listeners;
  readonly report: ReportTrouble;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Keeps the directory as the agents' records say, and tells the listeners what changes. */
export class LiveView {
  readonly #context: LiveViewContext;
  #loading: Promise<void> | undefined;
  #loaded = false;
  #unwatch: (() => Promise<void>) | undefined;
  #refreshing: Promise<void> | undefined;
  #refreshNext: Promise<void> | undefined;
  /**
   * The version of what was taken over from elsewhere than the watch. When such news arrives the watch may have told already that
   * the agent is gone; then it will not do so again.
   */
  readonly #unconfirmed = new Map<string, number>();
  #cancelConfirming: (() => void) | undefined;
  #cancelRetry: () => void = () => {};
  #started = false;
  #closed = false;

  constructor(context: LiveViewContext) {
    this.#context = context;
  }

  /** Resolves once the view shows every agent. The first call starts it; where that failed, the next one tries again. */
  async load(): Promise<void> {
    if (this.#loaded) return;
    this.#loading ??= this.#watch().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    await this.#loading;
  }

  /** Starts the view where nobody waits for it: failures are reported, and it is tried until it works. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#try(1);
  }

  /** Resolves when a loading that is under way has ended, well or not: who registers then is told of to every listener. */
  async started(): Promise<void> {
    const ended = (): void => {};
    await this.#loading?.then(ended, ended);
  }

  /** Reads all records once. Callers share a reading only if it began after they asked. */
  refresh(): Promise<void> {
    if (this.#refreshing === undefined) return this.#refresh();
    // What is under way may have passed the place where a new agent stands by now. Its failure is told to those who wait for it.
    const again = (): Promise<void> => {
      this.#refreshNext = undefined;
      return this.#refresh();
    };
    this.#refreshNext ??= this.#refreshing.then(again, again);
    return this.#refreshNext;
  }

  /** Takes over a record that was written or read here. Before the view was started nobody looks. */
  put(record: VersionedRecord): void {
    if (this.#loading === undefined || !this.#takeOver(record)) return;
    this.#unconfirmed.set(record.key, record.version);
    this.#confirmLater();
  }

  /** Takes over a record, and tells about it once the view is complete. Returns whether it was news. */
  #takeOver({ key, value, version }: VersionedRecord): boolean {
    const { directory, listeners, report } = this.#context;
    let record: ReturnType<typeof readAgentRecord>;
    try {
      record = readAgentRecord(key, value);
    } catch (error) {
      report(error as AgentCommError, { agentId: key });
      return false;
    }
    const taken = directory.put(record, version);
    if (taken === undefined) return false;
    if (!this.#loaded) return true;
    if (taken.previous === undefined) listeners.tell("joined", agentInfo(record));
    else listeners.tell("updated", agentInfo(record), agentInfo(taken.previous));
    return true;
  }

  /** Forgets an agent and tells why. */
  remove(agentId: string, event: "left" | "lost"): void {
    const { directory, listeners } = this.#context;
    this.#unconfirmed.delete(agentId);
    const record = directory.delete(agentId);
    if (record === undefined || !this.#loaded) return;
    const info = agentInfo(record);
    if (event === "lost") {
      publishDiagnostics("agent.lost", () => ({
        agentId,
        role: info.role,
        capabilities: info.capabilities,
        maxConcurrentTasks: info.maxConcurrentTasks,
        previousStatus: info.status,
        currentTasks: info.currentTasks,
        reason: "no heartbeat within its time to live",
      }));
    }
    listeners.tell(event, info);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    this.#cancelConfirming?.();
    // A watch that is just being started ends itself.
    await this.#unwatch?.();
  }

  #try(attempt: number): void {
    this.load().catch((error: unknown) => {
      if (this.#closed) return;
      const { report, clock, random } = this.#context;
      report(toAgentCommError(error, "STORE_FAILED", "watching the agents failed"));
      this.#cancelRetry = clock.timer(backoffMs(attempt, TRY_AGAIN, random), () => this.#try(attempt + 1));
    });
  }

  async #watch(): Promise<void> {
    const unwatch = await this.#context.records.watch(AGENTS_COLLECTION, (event) => this.#follow(event));
    if (this.#closed) {
      await unwatch();
      throw new AgentCommError("CLOSED", "the registry was closed while it loaded its view", { outcome: "none" });
    }
    this.#unwatch = unwatch;
    this.#loaded = true;
  }

  #follow(event: RecordEvent): void {
    if (this.#closed) return;
    if (event.kind !== "put") {
      this.remove(event.key, event.kind === "expire" ? "lost" : "left");
      return;
    }
    if ((this.#unconfirmed.get(event.key) ?? 0) <= event.record.version) this.#unconfirmed.delete(event.key);
    this.#takeOver(event.record);
  }

  #confirmLater(): void {
    this.#cancelConfirming ??= this.#context.clock.timer(CONFIRM_MS, () => void this.#confirm());
  }

  /** Looks at what the watch has not told of: it is there still, and the watch is late, or it is gone. */
  async #confirm(): Promise<void> {
    const { records, report } = this.#context;
    for (const [agentId, version] of this.#unconfirmed) {
      try {
        const found = await records.get(AGENTS_COLLECTION, agentId);
        if (found === undefined && this.#unconfirmed.get(agentId) === version) this.remove(agentId, "lost");
      } catch (error) {
        if (this.#closed) return;
        report(toAgentCommError(error, "STORE_FAILED", "looking at an agent failed"), { agentId });
      }
    }
    this.#cancelConfirming = undefined;
    if (this.#unconfirmed.size > 0 && !this.#closed) this.#confirmLater();
  }

  #refresh(): Promise<void> {
    const done = (): void => {
      this.#refreshing = undefined;
    };
    this.#refreshing = this.#readAll().finally(done);
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    let after = "";
    for (;;) {
      const page = await this.#context.records.list(AGENTS_COLLECTION, { after, limit: PAGE });
      for (const record of page) this.put(record);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last.key;
    }
  }
}
