import type { AgentRegistry, ClaimedAgent } from "@agentcomm/registry";
import type { Persevere } from "./background.js";
import type { OpenTask } from "./open-task.js";
import { passedOver } from "./task-facts.js";
import type { TaskLedger } from "./task-ledger.js";
import { goesBefore, WaitingLine } from "./waiting-line.js";

/** What dispatching works with. */
export interface DispatcherContext {
  readonly registry: AgentRegistry;
  readonly ledger: TaskLedger;
  readonly persevere: Persevere;
}

/**
 * Gives waiting tasks to agents that have a free slot. Tasks that need the same agent stand in one line, so that looking
 * for an agent costs as many questions as there are lines, not tasks.
 */
export class Dispatcher {
  readonly #context: DispatcherContext;
  readonly #lines = new Map<string, WaitingLine>();
  #serving = false;
  #again = false;
  #stopped = false;

  constructor(context: DispatcherContext) {
    this.#context = context;
  }

  /** Puts a queued task into its line. */
  add(task: OpenTask): void {
    const { requiredCapabilities } = task.record;
    const except = passedOver(task.record);
    const key = lineKey(requiredCapabilities, except);
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = new WaitingLine(key, requiredCapabilities, except);
      this.#lines.set(key, line);
    }
    line.add(task);
    this.wake();
  }

  /** Whether others wait for such an agent already: who comes now stands behind them. */
  hasWaiting(capabilities: readonly string[]): boolean {
    return this.#lines.get(lineKey(capabilities, []))?.first() !== undefined;
  }

  /** A slot may have become free, or an agent may have come or gone. */
  wake(): void {
    if (this.#lines.size === 0 || this.#stopped) return;
    this.#again = true;
    if (!this.#serving) void this.#context.persevere(() => this.#serve());
  }

  stop(): void {
    this.#stopped = true;
    this.#lines.clear();
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        await this.#serveOnce();
      }
    } catch (error) {
      this.#again = true;
      throw error;
    } finally {
      this.#serving = false;
    }
  }

  async #serveOnce(): Promise<void> {
    const { registry } = this.#context;
    const unserved = new Set<WaitingLine>();
    for (let line = this.#next(unserved); line !== undefined; line = this.#next(unserved)) {
      const claimed = await registry.claimAgent(line.capabilities, { except: line.except });
      if (claimed === undefined) {
        unserved.add(line);
        if (line.except.length > 0) await this.#rejectIfNobodyIsLeft(line);
        continue;
      }
      const task = this.#stopped ? undefined : line.shift();
      if (task === undefined) claimed.release();
      else void this.#assign(task, claimed);
    }
  }

  /** The line, of those not passed over, whose first task goes before all others' first. */
  #next(unserved: ReadonlySet<WaitingLine>): WaitingLine | undefined {
    let best: { readonly line: WaitingLine; readonly task: OpenTask } | undefined;
    for (const line of this.#lines.values()) {
      if (unserved.has(line)) continue;
      const task = line.first();
      if (task === undefined) this.#lines.delete(line.key);
      else if (best === undefined || goesBefore(task, best.task)) best = { line, task };
    }
    return best?.line;
  }

  async #assign(task: OpenTask, { agent, release }: ClaimedAgent): Promise<void> {
    const { ledger, persevere } = this.#context;
    const claim = { agentId: agent.id, release };
    task.claim = claim;
    await persevere(() => ledger.change(task.taskId, () => ({ kind: "assign", agentId: agent.id })));
    // Once the attempt is written, the slot is the attempt's.
    if (task.claim !== claim) return;
    task.claim = undefined;
    release();
    this.wake();
  }

  /** Agents that have no handler are passed over; when no other is left, nobody will ever take the tasks of this line. */
  async #rejectIfNobodyIsLeft(line: WaitingLine): Promise<void> {
    const { registry, ledger, persevere } = this.#context;
    const { capabilities, except } = line;
    if ((await registry.countAgents(capabilities, { except })) > 0) return;
    if ((await registry.countAgents(capabilities, { except, fresh: true })) > 0) return this.wake();
    for (let task = line.shift(); task !== undefined; task = line.shift()) {
      const { taskId, record } = task;
      const reason = `no agent has a handler for ${record.taskType}: ${except.join(", ")} refused it`;
      void persevere(() => ledger.change(taskId, () => ({ kind: "reject", reason })));
    }
  }
}

function lineKey(capabilities: readonly string[], except: readonly string[]): string {
  return JSON.stringify([[...capabilities].sort(), except]);
}
