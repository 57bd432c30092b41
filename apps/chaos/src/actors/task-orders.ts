import type { TransportOrder } from "./orders.js";

/** What the handler of a task does: the task's parameters say it. */
export type TaskWork = {
  /** How long it takes. */
  readonly ms: number;
  /** Fails at its first attempt, or at the only one: then its error says that no other can help. */
  readonly fails?: "once" | "always";
  /** Whoever assigned it cancels it as soon as it runs. */
  readonly canceled?: true;
};

/** So many of all tasks get this work; the rest is done at once. */
export interface TaskShare {
  readonly share: number;
  readonly work: TaskWork;
}

/**
 * A process that coordinates, under one id with others. It assigns the tasks of its lane, `<lane>.1` to `<lane>.<count>`, and follows
 * each to its end. Started after another of its lane was killed, it goes on where that one was.
 */
export interface CoordinatorOrder {
  readonly kind: "coordinator";
  readonly dir: string;
  readonly transport: TransportOrder;
  readonly coordinatorId: string;
  readonly lane: number;
  readonly count: number;
  /** Tasks of this process's own that are under way at once. */
  readonly window: number;
  readonly leaseMs: number;
  readonly work: readonly TaskShare[];
  /** Decides which task gets which work. */
  readonly seed: number;
}

/** A process of agents that do tasks. */
export interface AgentsOrder {
  readonly kind: "agents";
  readonly dir: string;
  readonly transport: TransportOrder;
  /** Their ids. */
  readonly agents: readonly string[];
  readonly capabilities: readonly string[];
  /** Tasks at once, of each. */
  readonly slots: number;
}

/** Agents that are killed together, and the tasks that they get. */
export interface Batch {
  /** In the ids of its tasks: no two batches of a row have the same. */
  readonly number: number;
  /** What its tasks require: the agents of the batch have it, and others that outlive them. */
  readonly capability: string;
  /** Their ids. Each gets one task. */
  readonly agents: readonly string[];
  /** The name of the point at which all of them are killed. */
  readonly point: string;
}

/** A process of agents which kills itself as soon as each of them has reached a point in the life of its task. */
export interface VictimsOrder {
  readonly kind: "victims";
  readonly dir: string;
  readonly transport: TransportOrder;
  readonly batch: Batch;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
}

/** A process that coordinates: it gives each agent of a batch a task as soon as all of them are there. */
export interface BatchesOrder {
  readonly kind: "batches";
  readonly dir: string;
  readonly transport: TransportOrder;
  readonly batches: readonly Batch[];
  /** What every task has its handler do, where that is not killed. */
  readonly work: TaskWork;
}
