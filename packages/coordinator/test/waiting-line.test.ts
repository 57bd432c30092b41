import type { Priority } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { OpenTask } from "../src/open-task.js";
import { goesBefore, WaitingLine } from "../src/waiting-line.js";
import { queuedTask } from "./task-record.js";

const newLine = (): WaitingLine => new WaitingLine("key", ["files"], []);
const newTask = (taskId: string, priority: Priority = "medium", createdAt = 1_000): OpenTask =>
  new OpenTask(queuedTask({ taskId, priority, createdAt }), 1);

function drained(line: WaitingLine): string[] {
  const ids: string[] = [];
  for (let task = line.shift(); task !== undefined; task = line.shift()) ids.push(task.taskId);
  return ids;
}

test("the most urgent goes first, and the first come of equals", () => {
  const line = newLine();
  const tasks = [newTask("a", "low"), newTask("b"), newTask("c", "critical"), newTask("d"), newTask("e", "high")];
  for (const task of tasks) line.add(task);
  expect(drained(line)).toEqual(["c", "e", "b", "d", "a"]);
  expect(line.first()).toBeUndefined();
});

test("who stopped waiting is passed over, and may wait again", () => {
  const line = newLine();
  const [a, b] = [newTask("a"), newTask("b")];
  line.add(a);
  line.add(b);
  a.line = undefined;
  expect(line.first()).toBe(b);
  line.add(a);
  expect(drained(line)).toEqual(["b", "a"]);
});

test("who waits in another line now is not taken from this one", () => {
  const [before, now] = [newLine(), newLine()];
  const task = newTask("a");
  before.add(task);
  now.add(task);
  expect(before.shift()).toBeUndefined();
  expect(now.shift()).toBe(task);
});

test("a long line drains in a moment: each turn costs the same, however many wait", () => {
  const line = newLine();
  for (let index = 0; index < 200_000; index++) line.add(newTask(`t${index}`));
  const from = performance.now();
  while (line.shift() !== undefined);
  // It takes 0.1 s. At a cost that grows with the length it takes minutes.
  expect(performance.now() - from).toBeLessThan(5_000);
});

test("between lines, too, the more urgent and then the older goes first", () => {
  expect(goesBefore(newTask("a", "high", 2_000), newTask("b", "medium", 1_000))).toBe(true);
  expect(goesBefore(newTask("a", "medium", 1_000), newTask("b", "medium", 2_000))).toBe(true);
  expect(goesBefore(newTask("a", "medium", 2_000), newTask("b", "medium", 1_000))).toBe(false);
});
