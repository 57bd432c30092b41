import type { AgentInfo } from "./agent-info.js";
import { type AgentRecord, agentInfo } from "./agent-record.js";
import type { Pool } from "./pool.js";

/** An agent in the live view: what its record says, and what this process knows beyond that. */
export class AgentEntry {
  record: AgentRecord;
  info: AgentInfo;
  version: number;
  /** Tasks given to it by this process and not yet ended. */
  reserved: number;
  /** When it was chosen last: a number that grows with each choice. 0: never. */
  chosenAt = 0;
  /** The pools it is in. */
  readonly pools = new Set<Pool>();
  /** Tasks that its report shows beyond those reserved here when the report came: somebody else's. */
  #others: number;

  constructor(record: AgentRecord, version: number, reserved: number) {
    this.record = record;
    this.info = agentInfo(record);
    this.version = version;
    this.reserved = reserved;
    this.#others = Math.max(0, record.currentTasks - reserved);
  }

  update(record: AgentRecord, version: number): void {
    this.record = record;
    this.info = agentInfo(record);
    this.version = version;
    this.#others = Math.max(0, record.currentTasks - this.reserved);
  }

  /** Tasks it has, as far as this process can know. */
  get load(): number {
    return this.reserved + this.#others;
  }

  /** The share of its slots that is taken; 1 and more: none is free. */
  get loadShare(): number {
    return this.load / this.info.maxConcurrentTasks;
  }

  get full(): boolean {
    return this.load >= this.info.maxConcurrentTasks;
  }

  /** Whether it is given work at all, when it has a free slot. */
  get takesTasks(): boolean {
    return takesTasks(this.info);
  }
}

/** Whether such an agent is given work at all, when it has a free slot. */
export function takesTasks({ status, maxConcurrentTasks }: AgentInfo): boolean {
  return status !== "draining" && status !== "offline" && maxConcurrentTasks > 0;
}
