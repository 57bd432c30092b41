import { type Finding, Findings } from "./check-journals.js";
import type { StoredTasks } from "./read-tasks.js";
import type { TaskTrace } from "./task-history.js";
import { readTaskJournals, type TaskEntry } from "./task-journals.js";
import type { RawTask } from "./task-record.js";

/** What the journals, the records and their history, held against each other, say of the tasks. Nobody of the library was asked. */
export interface TaskAccount {
  readonly attempted: number;
  readonly accepted: number;
  /** How often a handler began for an attempt for which one had begun before. */
  readonly repeats: number;
  /** Tasks by the state in which they ended. */
  readonly ends: Readonly<Record<string, number>>;
  /** Accepted, and in no record. */
  readonly lost: Finding;
  /** Accepted, and not ended, or ended and not filed among the finished ones, when the row was over. */
  readonly stranded: Finding;
  /** Recorded, or begun, though nobody had assigned them. */
  readonly unexpected: Finding;
  /** Two ends were written: seen in the records, or told by those who wrote them. */
  readonly committedTwice: Finding;
  /** Somebody was told another end than the one that the record holds. */
  readonly contradicted: Finding;
  /** Accepted, and nobody was told how they ended. */
  readonly untold: Finding;
  /** Ended in a state to which what they are does not lead. */
  readonly wrongEnd: Finding;
}

/** What the checker must know of a row. */
export interface TaskCheckOptions {
  readonly dir: string;
  readonly store: StoredTasks;
  readonly traces: ReadonlyMap<string, TaskTrace>;
  /** The states in which a task may end, by what it is. */
  readonly mayEnd: (task: RawTask) => readonly string[];
}

/** Reads all journals in `dir` and holds them against what lies in the store, and what lay there before. */
export async function checkTasks({ dir, store, traces, mayEnd }: TaskCheckOptions): Promise<TaskAccount> {
  const entries = await readTaskJournals(dir);
  const counts = { attempted: 0, accepted: 0, repeats: 0 };
  const found = {
    lost: new Findings(),
    stranded: new Findings(),
    unexpected: new Findings(),
    committedTwice: new Findings(),
    contradicted: new Findings(),
    untold: new Findings(),
    wrongEnd: new Findings(),
  };
  for (const [taskId, entry] of entries) {
    counts.attempted += Number(entry.attempted);
    counts.accepted += Number(entry.accepted);
    counts.repeats += entry.runs - entry.attemptsRun.size;
    if (!entry.attempted) found.unexpected.add(taskId);
    const task = store.finished.get(taskId);
    if (entry.accepted && store.open.has(taskId)) found.stranded.add(taskId);
    else if (entry.accepted && task === undefined) found.lost.add(taskId);
    if (entry.accepted && entry.results.size === 0) found.untold.add(taskId);
    if (wasCommittedTwice(entry, task, traces.get(taskId))) found.committedTwice.add(taskId);
    if (task === undefined) continue;
    if ([...entry.results].some((result) => result !== endInWords(task))) found.contradicted.add(taskId);
    if (!mayEnd(task).includes(task.state)) found.wrongEnd.add(taskId);
  }
  const ends: Record<string, number> = {};
  for (const { state } of store.finished.values()) ends[state] = (ends[state] ?? 0) + 1;
  for (const taskId of [...store.open.keys(), ...store.finished.keys()]) {
    if (!entries.has(taskId)) found.unexpected.add(taskId);
  }
  return { ...counts, ...found, ends };
}

function wasCommittedTwice(entry: TaskEntry, task: RawTask | undefined, trace: TaskTrace | undefined): boolean {
  const ends = new Set(trace?.ends);
  if (task !== undefined) ends.add(task.text);
  return ends.size > 1 || entry.ends.length > 1;
}

function endInWords({ state, result }: RawTask): string {
  return state === "completed" ? `completed ${JSON.stringify(result)}` : state;
}
