import type { VersionedRecord } from "@agentcomm/protocol";
import { type ReportTrouble, toAgentCommError } from "@agentcomm/protocol/internal";
import type { Persevere } from "./background.js";
import { readTaskRecord } from "./stored-task.js";
import type { TaskLedger } from "./task-ledger.js";
import type { TaskStore } from "./task-store.js";

/**
 * Watches the open tasks as long as somebody needs it: while another instance can change this one's tasks, and while
 * somebody follows a task that is looked after elsewhere. A coordinator that is alone needs no watch, and pays for none.
 */
export class OpenTaskWatch {
  readonly #store: TaskStore;
  readonly #ledger: TaskLedger;
  readonly #persevere: Persevere;
  readonly #report: ReportTrouble;
  #needs = 0;
  #running: Promise<() => Promise<void>> | undefined;

  constructor(context: {
    readonly store: TaskStore;
    readonly ledger: TaskLedger;
    readonly persevere: Persevere;
    readonly report: ReportTrouble;
  }) {
    this.#store = context.store;
    this.#ledger = context.ledger;
    this.#persevere = context.persevere;
    this.#report = context.report;
  }

  /** Resolves once every change from now on is seen, until `release`. */
  async acquire(): Promise<void> {
    this.#needs += 1;
    this.#running ??= this.#start();
    try {
      await this.#running;
    } catch (error) {
      this.#needs -= 1;
      this.#running = undefined;
      throw error;
    }
  }

  release(): void {
    this.#needs -= 1;
    if (this.#needs > 0 || this.#running === undefined) return;
    const ending = this.#running;
    this.#running = undefined;
    void this.#persevere(async () => (await ending)());
  }

  /** Ends the watch, whoever needs it. */
  async stop(): Promise<void> {
    const ending = this.#running;
    this.#running = undefined;
    await (await ending?.catch(() => undefined))?.();
  }

  async #start(): Promise<() => Promise<void>> {
    const told = new Set<string>();
    let isStarting = true;
    const end = await this.#store.watchOpen((event) => {
      const { key } = event;
      if (isStarting) told.add(key);
      if (this.#ledger.get(key) === undefined) return;
      if (event.kind === "put") this.#learn(key, event.record);
      else void this.#persevere(() => this.#ledger.resync(key));
    });
    isStarting = false;
    // What is not among the open ones has ended before the watch began.
    for (const { taskId } of this.#ledger.all()) {
      if (!told.has(taskId)) void this.#persevere(() => this.#ledger.resync(taskId));
    }
    return end;
  }

  #learn(taskId: string, { value, version }: VersionedRecord): void {
    try {
      this.#ledger.learn(readTaskRecord(taskId, value), version);
    } catch (error) {
      this.#report(toAgentCommError(error, "INVALID_MESSAGE", `task ${taskId} could not be read`));
    }
  }
}
