import type { TaskHandler } from "@agentcomm/agent";
import type { AssignOptions, TaskRequest } from "../../src/index.js";

/** A task of the crash tests. */
interface CrashTask {
  readonly request: TaskRequest;
  readonly options: AssignOptions & { readonly taskId: string };
  /** Its assigner cancels it once it runs. */
  readonly isCanceled: boolean;
}

/** Twenty tasks that meet every write of a task's life. Two more kinds of agents than slots: so some of them wait. */
export const CRASH_TASKS: readonly CrashTask[] = [
  ...named("work", 12),
  ...named("doomed", 2),
  ...named("unknown", 2),
  ...named("endless", 2, { taskTimeoutMs: 600 }),
  ...named("long", 2).map((task) => ({ ...task, isCanceled: true })),
];

function named(taskType: string, count: number, options: AssignOptions = {}): CrashTask[] {
  return Array.from({ length: count }, (_, index) => ({
    request: { taskType },
    options: { ...options, taskId: `${taskType}-${index}` },
    isCanceled: false,
  }));
}

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** What the agent of the crash tests does: the first attempt at "work" fails, the second runs long enough to be seen running. */
export const CRASH_HANDLERS: Record<string, TaskHandler> = {
  work: async (_, { attempt, taskId }) => {
    if (attempt === 1) throw new Error("the first attempt always fails");
    await pause(60);
    return { taskId };
  },
  doomed: () => {
    throw Object.assign(new Error("no repeat can help"), { retryable: false });
  },
  endless: (_, { signal }) => pause(5_000, signal),
  long: (_, { signal }) => pause(300, signal),
};
