import { isDeepStrictEqual } from "node:util";
import { AgentCommError, type RecordEvent, type RecordStore } from "@agentcomm/protocol";
import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import { readTaskRecord, type StoredTask } from "./stored-task.js";

/** Larger than any version: what is finished is newer than whatever was open. */
export const FINISHED_VERSION = Number.MAX_SAFE_INTEGER;

/** What became of a write: done, or the record had changed meanwhile (`present` undefined: it is gone). */
export type Write = { readonly version: number } | { readonly present: StoredTask | undefined };

/** The tasks' records: the only place that reads and writes them. */
export class TaskStore {
  readonly #records: RecordStore;

  constructor(records: RecordStore) {
    this.#records = records;
  }

  async readOpen(taskId: string): Promise<StoredTask | undefined> {
    const found = await this.#records.get(OPEN_TASKS, taskId);
    return found && { record: readTaskRecord(taskId, found.value), version: found.version };
  }

  async readFinished(taskId: string): Promise<TaskRecord | undefined> {
    const found = await this.#records.get(FINISHED_TASKS, taskId);
    return found && readTaskRecord(taskId, found.value);
  }

  /** The task, open or finished. */
  async find(taskId: string): Promise<StoredTask | undefined> {
    const open = await this.readOpen(taskId);
    if (open !== undefined) return open;
    const finished = await this.readFinished(taskId);
    return finished && { record: finished, version: FINISHED_VERSION };
  }

  /** Writes the record over the given version; 0: there must be none. A write whose reply got lost is found out about. */
  async write(record: TaskRecord, ifVersion: number): Promise<Write> {
    const { taskId } = record;
    try {
      return { version: await this.#records.put(OPEN_TASKS, taskId, record, { ifVersion }) };
    } catch (error) {
      if (!AgentCommError.is(error)) throw error;
      const conflict = error.code === "VERSION_CONFLICT";
      if (!conflict && error.outcome !== "unknown") throw error;
      const present = await this.#readAfter(error, taskId);
      if (present !== undefined && isDeepStrictEqual(present.record, record)) return { version: present.version };
      if (!conflict && (present?.version ?? 0) === ifVersion) throw error;
      return { present };
    }
  }

  /** Reads what a write left behind. If that fails too, it stays open whether the write took effect. */
  async #readAfter(failed: AgentCommError, taskId: string): Promise<StoredTask | undefined> {
    try {
      return await this.readOpen(taskId);
    } catch (error) {
      if (failed.outcome === "unknown" || !AgentCommError.is(error)) throw failed;
      const { code, message, retryable } = error;
      throw new AgentCommError(code, message, { retryable, outcome: "unknown", cause: error });
    }
  }

  /** Moves a task that has ended to the finished ones. Repeating it changes nothing: the first end that is filed stays. */
  async archive(ended: StoredTask, retentionMs: number): Promise<void> {
    const { taskId } = ended.record;
    await unlessChanged(this.#records.put(FINISHED_TASKS, taskId, ended.record, { ifVersion: 0, ttlMs: retentionMs }));
    await this.discard(ended);
  }

  /** Removes a record from the open ones, unless it has changed: another may have removed it, and a new task of its id have begun. */
  async discard({ record, version }: StoredTask): Promise<void> {
    await unlessChanged(this.#records.delete(OPEN_TASKS, record.taskId, { ifVersion: version }));
  }

  /** Open or finished tasks in the order of their ids. What is no task is told to `unreadable` and left out. */
  async list(
    which: "open" | "finished",
    page: { readonly after: string; readonly limit: number },
    unreadable: (error: unknown) => void,
  ): Promise<{ readonly tasks: StoredTask[]; readonly last: string | undefined }> {
    const found = await this.#records.list(which === "open" ? OPEN_TASKS : FINISHED_TASKS, page);
    const tasks: StoredTask[] = [];
    for (const { key, value, version } of found) {
      try {
        tasks.push({ record: readTaskRecord(key, value), version });
      } catch (error) {
        unreadable(error);
      }
    }
    return { tasks, last: found.length < page.limit ? undefined : found.at(-1)?.key };
  }

  watchOpen(listener: (event: RecordEvent) => void): Promise<() => Promise<void>> {
    return this.#records.watch(OPEN_TASKS, listener);
  }
}

async function unlessChanged(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!AgentCommError.is(error, "VERSION_CONFLICT")) throw error;
  }
}
