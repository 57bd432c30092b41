import { setTimeout } from "node:timers/promises";
import type { Redis } from "ioredis";
import { openClient } from "./open-client.js";
import type { StoreAddress } from "./raw-store.js";
import { journalNow } from "./read-journals.js";
import { findCollection } from "./read-tasks.js";
import { isEnd, parseTask, type RawTask } from "./task-record.js";

/** A task as it stood at one look. */
export interface Sighting {
  /** On the clock of the journals: when it was looked at, a moment after it changed. */
  readonly atMs: number;
  readonly ownerId: string;
  readonly state: string;
  /** How many attempts it had by then. */
  readonly attempts: number;
}

/** All that was seen of one task. */
export interface TaskTrace {
  readonly sightings: Sighting[];
  /** The records in which it had ended, byte for byte: with more than one it was committed twice. */
  readonly ends: Set<string>;
}

type LogEntry = readonly [id: string, fields: readonly string[]];

const MOST_AT_ONCE = 1_000;
const LOOK_EVERY_MS = 10;

/**
 * Follows every change of the tasks of a namespace while it happens, by the logs of their collections, with a client of its own.
 * Of a task that changes twice between two looks it sees the newest state.
 */
export class TaskHistory implements AsyncDisposable {
  readonly traces = new Map<string, TaskTrace>();
  /** Changes that were trimmed from a log before they were looked at. */
  missed = 0;
  readonly #client: Redis;
  readonly #namespace: string;
  readonly #finished = new Set<string>();
  readonly #following: Promise<unknown>;
  #failure: unknown;
  #stopped = false;

  constructor(address: StoreAddress, namespace: string) {
    this.#client = openClient(address);
    this.#namespace = namespace;
    this.#following = Promise.all([
      this.#follow("tasks.open", (task) => this.#note(task)),
      this.#follow("tasks.finished", (task) => {
        this.#note(task);
        this.#finished.add(task.taskId);
      }),
    ]).catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** How many tasks have been filed among the finished ones. Throws if the store could not be followed. */
  get finished(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#finished.size;
  }

  /** Looks once more, and then no longer. Rejects if the store could not be followed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#following;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#following;
    this.#client.disconnect();
  }

  async #follow(collection: string, note: (task: RawTask) => void): Promise<void> {
    let keys: string | undefined;
    let last = 0;
    for (;;) {
      // Asked before the look, so that one follows the stop.
      const isLast = this.#stopped;
      keys ??= await findCollection(this.#client, this.#namespace, collection);
      if (keys !== undefined) {
        const entries = await this.#client.xrange(`${keys}log`, `(${last}-0`, "+", "COUNT", MOST_AT_ONCE);
        last = await this.#look(keys, entries, last, note);
        if (entries.length === MOST_AT_ONCE) continue;
      }
      if (isLast) return;
      await setTimeout(LOOK_EVERY_MS);
    }
  }

  /** Resolves to the version up to which everything has been looked at. */
  async #look(
    keys: string,
    entries: readonly LogEntry[],
    since: number,
    note: (task: RawTask) => void,
  ): Promise<number> {
    const changed = new Set<string>();
    let last = since;
    for (const [id, [, kind, , taskId]] of entries) {
      const version = Number.parseInt(id, 10);
      // Versions follow each other without a gap.
      if (last > 0) this.missed += version - last - 1;
      last = version;
      if (kind === "put") changed.add(taskId as string);
    }
    if (changed.size === 0) return last;
    for (const packed of await this.#client.hmget(`${keys}data`, ...changed)) {
      if (packed !== null) note(parseTask(packed));
    }
    return last;
  }

  #note(task: RawTask): void {
    const { taskId, ownerId, state, attempts, text } = task;
    let trace = this.traces.get(taskId);
    if (trace === undefined) {
      trace = { sightings: [], ends: new Set() };
      this.traces.set(taskId, trace);
    }
    trace.sightings.push({ atMs: journalNow(), ownerId, state, attempts: attempts.length });
    if (isEnd(state)) trace.ends.add(text);
  }
}
