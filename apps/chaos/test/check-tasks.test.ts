import { expect, test } from "vitest";
import { checkTasks, type TaskAccount } from "../src/oracle/check-tasks.js";
import { takeOvers } from "../src/oracle/take-overs.js";
import type { Sighting, TaskTrace } from "../src/oracle/task-history.js";
import { parseTask, type RawTask } from "../src/oracle/task-record.js";
import { byTheClock } from "../src/oracle/took.js";
import { openJournalFolder } from "./journal-folder.js";

const ASSIGNED = ["A 1.1 @10", "S 1.1 @11"];
const DONE = ["D 1.1 @12 1", "H 1.1 @13 1"];
const TOLD = ["T 1.1 @14 completed", 'R 1.1 @15 completed "x"'];

function task(changes: Partial<RawTask> = {}): RawTask {
  const fields = { taskId: "1.1", state: "completed", ownerId: "p1-1", parameters: {}, attempts: [], result: "x" };
  return parseTask(`17 0 ${JSON.stringify({ ...fields, ...changes })}`);
}

async function check(
  journals: Readonly<Record<number, readonly string[]>>,
  { open = [], finished = [], ends = [] }: Partial<Record<"open" | "finished" | "ends", readonly RawTask[]>> = {},
): Promise<TaskAccount> {
  await using folder = await openJournalFolder(journals);
  const byId = (tasks: readonly RawTask[]) => new Map(tasks.map((each) => [each.taskId, each]));
  const trace: TaskTrace = { sightings: [], ends: new Set(ends.map(({ text }) => text)) };
  return await checkTasks({
    dir: folder.dir,
    store: { open: byId(open), finished: byId(finished) },
    traces: new Map([["1.1", trace]]),
    mayEnd: () => ["completed"],
  });
}

const FINDINGS = ["lost", "stranded", "unexpected", "committedTwice", "contradicted", "untold", "wrongEnd"] as const;

test("a task that was assigned, done, filed and told is nobody's trouble", async () => {
  const account = await check({ 1: [...ASSIGNED, ...TOLD], 2: DONE }, { finished: [task()], ends: [task()] });
  expect(account).toMatchObject({ attempted: 1, accepted: 1, repeats: 0, ends: { completed: 1 } });
  for (const finding of FINDINGS) expect(account[finding].ids, finding).toEqual([]);
});

test("an accepted task that is in no record is lost; one that is open still did not end", async () => {
  expect((await check({ 1: ASSIGNED })).lost.ids).toEqual(["1.1"]);
  const open = await check({ 1: ASSIGNED }, { open: [task({ state: "queued" })] });
  expect([open.lost.count, open.stranded.ids]).toEqual([0, ["1.1"]]);
  // Ended, and never removed from the open ones.
  expect((await check({ 1: ASSIGNED }, { open: [task()], finished: [task()] })).stranded.ids).toEqual(["1.1"]);
});

test("a task whose assigner does not know whether it was accepted need not be there", async () => {
  expect((await check({ 1: ["A 1.1 @10"] })).lost.count).toBe(0);
});

test("two ends are seen in the records, in those before, and in what coordinators tell", async () => {
  const other = task({ result: "y" });
  expect((await check({ 1: ASSIGNED }, { finished: [task()], ends: [other] })).committedTwice.ids).toEqual(["1.1"]);
  expect((await check({ 1: ASSIGNED }, { ends: [task(), other] })).committedTwice.ids).toEqual(["1.1"]);
  const told = await check({ 1: [...ASSIGNED, ...TOLD], 2: ["T 1.1 @16 completed"] }, { finished: [task()] });
  expect(told.committedTwice.ids).toEqual(["1.1"]);
});

test("whoever is told another end than the recorded one is contradicted", async () => {
  const failed = await check({ 1: [...ASSIGNED, "R 1.1 @15 failed"] }, { finished: [task()] });
  expect(failed.contradicted.ids).toEqual(["1.1"]);
  const other = await check({ 1: [...ASSIGNED, 'R 1.1 @15 completed "y"'] }, { finished: [task()] });
  expect(other.contradicted.ids).toEqual(["1.1"]);
});

test("an accepted task whose end nobody was told, or that ended otherwise than it had to, is seen", async () => {
  expect((await check({ 1: ASSIGNED }, { finished: [task()] })).untold.ids).toEqual(["1.1"]);
  expect((await check({ 1: ASSIGNED }, { finished: [task({ state: "failed" })] })).wrongEnd.ids).toEqual(["1.1"]);
});

test("what nobody assigned is unexpected", async () => {
  expect((await check({ 2: DONE })).unexpected.ids).toEqual(["1.1"]);
  expect((await check({}, { finished: [task()] })).unexpected.ids).toEqual(["1.1"]);
});

test("two handlers of one attempt are a repeat; one of the next attempt is none", async () => {
  expect((await check({ 1: ASSIGNED, 2: DONE, 3: DONE })).repeats).toBe(1);
  expect((await check({ 1: ASSIGNED, 2: DONE, 3: ["D 1.1 @20 2"] })).repeats).toBe(0);
});

function seen(...sightings: readonly (readonly [atMs: number, ownerId: string, state: string])[]) {
  const all = sightings.map(([atMs, ownerId, state]): Sighting => ({ atMs, ownerId, state, attempts: 0 }));
  return new Map([["1.1", { sightings: all, ends: new Set<string>() }]]);
}

test("a take-over counts from the kill to the first record of another owner", () => {
  const traces = seen([10, "p7-1", "queued"], [90, "p8-1", "queued"], [95, "p8-1", "completed"]);
  expect(takeOvers(traces, [{ pid: 7, atMs: 20 }], byTheClock)).toEqual([{ ms: 70, isAdoption: true }]);
});

test("a task that an answer brought along was not taken over by adoption", () => {
  const traces = seen([10, "p7-1", "assigned"], [30, "p8-1", "completed"]);
  expect(takeOvers(traces, [{ pid: 7, atMs: 20 }], byTheClock)).toEqual([{ ms: 10, isAdoption: false }]);
});

test("a task that nobody took over took for ever", () => {
  expect(takeOvers(seen([10, "p7-1", "queued"]), [{ pid: 7, atMs: 20 }], byTheClock)[0]?.ms).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test("what had ended before, or was another's by then, was not taken over", () => {
  expect(
    takeOvers(seen([10, "p7-1", "queued"], [15, "p7-1", "completed"]), [{ pid: 7, atMs: 20 }], byTheClock),
  ).toEqual([]);
  expect(takeOvers(seen([10, "p7-1", "queued"], [15, "p8-1", "queued"]), [{ pid: 7, atMs: 20 }], byTheClock)).toEqual(
    [],
  );
  expect(takeOvers(seen([10, "p77-1", "queued"]), [{ pid: 7, atMs: 20 }], byTheClock)).toEqual([]);
  const takenAnew = seen([10, "p6-1", "completed"], [15, "p7-1", "queued"]);
  expect(takeOvers(takenAnew, [{ pid: 7, atMs: 20 }], byTheClock)).toEqual([]);
});
