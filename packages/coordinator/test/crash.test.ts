import { FINISHED_TASKS, OPEN_TASKS, type TaskRecord } from "@agentcomm/protocol/internal";
import { openStore, type Store } from "@agentcomm/test-transports";
import { describe, type ExpectStatic, test } from "vitest";
import { isTerminal } from "../src/task-facts.js";
import { CRASH_POINTS } from "./child/crash-points.js";
import { CRASH_HANDLERS, CRASH_TASKS } from "./child/crash-tasks.js";
import { startChild } from "./child/start-child.js";
import { openCoordinator, openWorker } from "./open-coordinator.js";

/** Notes every terminal state that the records ever show of each task. */
async function watchEnds(store: Store) {
  const { records } = store.transport();
  const ends = new Map<string, Set<string>>();
  const open = new Set<string>();
  const note = (record: TaskRecord): void => {
    if (!isTerminal(record)) return;
    const seen = ends.get(record.taskId) ?? new Set();
    ends.set(record.taskId, seen.add(JSON.stringify(record)));
  };
  await records.watch<TaskRecord>(OPEN_TASKS, ({ kind, key, record }) => {
    if (kind === "put") open.add(key);
    else open.delete(key);
    if (record !== undefined) note(record.value);
  });
  await records.watch<TaskRecord>(FINISHED_TASKS, ({ record }) => {
    if (record !== undefined) note(record.value);
  });
  return { ends, open, finished: () => records.list<TaskRecord>(FINISHED_TASKS) };
}

/** Kills coordinators, one after the other, each at its point; then lets one bring everything to its end. */
async function crash(
  expect: ExpectStatic,
  points: readonly { point: string; side: "before" | "after" }[],
): Promise<void> {
  await using store = await openStore("redis");
  const watched = await watchEnds(store);
  await using _worker = await openWorker(store, { maxConcurrentTasks: 8, tasks: CRASH_HANDLERS });
  for (const [index, { point, side }] of points.entries()) {
    await using child = startChild("coordinator-child", {
      ...store.env,
      CRASH_POINT: point,
      CRASH_SIDE: side,
      ASSIGN: index === 0 ? "yes" : "no",
    });
    expect(await child.ended, `${side} ${point}`).toMatchObject({ signal: "SIGKILL" });
  }
  await using coordinator = openCoordinator(store, { leaseMs: 500 });
  await coordinator.start();
  // Whoever did not hear whether a task was stored asks again under the same id.
  for (const { request, options } of CRASH_TASKS) {
    await coordinator.assignTask(request, options).catch((error) => {
      if (error.code !== "TASK_EXISTS") throw error;
    });
  }
  await expect
    .poll(async () => [(await watched.finished()).length, watched.open.size], { timeout: 20_000, interval: 50 })
    .toEqual([CRASH_TASKS.length, 0]);
  for (const { options, request } of CRASH_TASKS) {
    const seen = [...(watched.ends.get(options.taskId) ?? [])];
    expect(seen, `the ends of ${options.taskId}`).toHaveLength(1);
    const { state } = JSON.parse(seen[0] as string) as TaskRecord;
    const possible: Record<string, readonly string[]> = {
      work: ["completed"],
      doomed: ["failed"],
      unknown: ["rejected"],
      endless: ["expired"],
      long: ["canceled", "completed"],
    };
    expect(possible[request.taskType]).toContain(state);
  }
}

describe.concurrent("a coordinator killed, and started again under its id, ends each of 20 tasks exactly once", () => {
  for (const point of Object.keys(CRASH_POINTS).filter((name) => name !== "another owner takes it over")) {
    for (const side of ["before", "after"] as const) {
      test(`killed ${side} ${point}`, { timeout: 60_000 }, ({ expect }) => crash(expect, [{ point, side }]));
    }
  }

  for (const side of ["before", "after"] as const) {
    test(`killed again ${side} another owner takes it over`, { timeout: 60_000 }, ({ expect }) =>
      crash(expect, [
        { point: "it runs", side: "after" },
        { point: "another owner takes it over", side },
      ]),
    );
  }
});
