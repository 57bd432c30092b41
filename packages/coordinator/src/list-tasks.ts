import { type ReportTrouble, type TaskRecord, type TaskState, toAgentCommError } from "@agentcomm/protocol/internal";
import { isTerminal } from "./task-facts.js";
import type { TaskStore } from "./task-store.js";

const PAGE = 1_000;

/** Lists tasks, open and finished, in the order of their ids. */
export async function listTasks(
  store: TaskStore,
  options: { readonly state: TaskState | undefined; readonly after: string; readonly limit: number },
  report: ReportTrouble,
): Promise<TaskRecord[]> {
  const { state, after, limit } = options;
  const wanted = (record: TaskRecord): boolean => state === undefined || record.state === state;
  // A task that is being archived is read here or there: the open ones are read first, so none slips between.
  const open = await collect(store, "open", after, limit, wanted, report);
  const isOpenState = state !== undefined && !isTerminal({ state } as TaskRecord);
  const finished = isOpenState ? [] : await collect(store, "finished", after, limit, wanted, report);
  const byId = new Map([...open, ...finished].map((record) => [record.taskId, record]));
  return [...byId.values()].sort((a, b) => (a.taskId < b.taskId ? -1 : 1)).slice(0, limit);
}

async function collect(
  store: TaskStore,
  which: "open" | "finished",
  after: string,
  limit: number,
  wanted: (record: TaskRecord) => boolean,
  report: ReportTrouble,
): Promise<TaskRecord[]> {
  const found: TaskRecord[] = [];
  let next: string | undefined = after;
  while (next !== undefined && found.length < limit) {
    const page = await store.list(which, { after: next, limit: PAGE }, (error) =>
      report(toAgentCommError(error, "INVALID_MESSAGE", "a task could not be read")),
    );
    for (const { record } of page.tasks) if (wanted(record)) found.push(record);
    next = page.last;
  }
  return found;
}
