import { readJournals } from "./read-journals.js";
import type { StoredTasks } from "./read-tasks.js";
import type { TaskTrace } from "./task-history.js";
import type { Took } from "./took.js";

/** An agent that was killed, and what became of its task. */
export interface AgentLoss {
  readonly agentId: string;
  /** In the life of its task. */
  readonly point: string;
  /** The task that it was the first to be given; undefined if it never was given one. */
  readonly taskId: string | undefined;
  /** How long until the task was another's; undefined if it never was. */
  readonly recoveryMs: number | undefined;
}

/** Every agent of which a journal says that it was killed. */
export async function readAgentLosses(
  dir: string,
  { open, finished }: StoredTasks,
  traces: ReadonlyMap<string, TaskTrace>,
  took: Took,
): Promise<AgentLoss[]> {
  const tasks = new Map<string, string>();
  for (const { taskId, attempts } of [...open.values(), ...finished.values()]) {
    const first = attempts.find(({ attempt }) => attempt === 1);
    if (first !== undefined) tasks.set(first.agentId, taskId);
  }
  const losses: AgentLoss[] = [];
  await readJournals(dir, ({ letter, id: agentId, word: point, atMs }) => {
    if (letter !== "F") return;
    const taskId = tasks.get(agentId);
    const next = traces.get(taskId ?? "")?.sightings.find(({ attempts }) => attempts > 1);
    losses.push({ agentId, point, taskId, recoveryMs: next && took(atMs, next.atMs) });
  });
  return losses;
}
