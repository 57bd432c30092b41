import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { enableFileLogging } from "../src/index.js";
import { openLogFolder } from "./support/log-folder.js";
import { message, tellSent } from "./support/messages.js";
import { createSteeredClock } from "./support/steered-clock.js";

test("at midnight UTC the lines go on in the next day's folder", async () => {
  await using folder = await openLogFolder();
  const clock = createSteeredClock("2024-02-28T23:59:59.999Z");
  await using logger = enableFileLogging({ baseDir: folder.path, clock, flushIntervalMs: 60_000 });
  tellSent(message("before"));
  logger.logPerformanceMetric("a", "m", 1, "ms");
  clock.set("2024-02-29T00:00:00.000Z");
  tellSent(message("after"));
  await logger.flush();
  expect(await folder.lines("message_audit", "2024-02-28")).toMatchObject([{ message_id: "before" }]);
  expect(await folder.lines("performance", "2024-02-28")).toHaveLength(1);
  expect(await folder.lines("message_audit", "2024-02-29")).toMatchObject([{ message_id: "after" }]);
  expect(await readdir(join(folder.path, "2024-02-29"))).toEqual(["message_audit_2024-02-29.jsonl"]);
});

test("a clock that is set back to yesterday writes into yesterday", async () => {
  await using folder = await openLogFolder();
  const clock = createSteeredClock("2024-03-02T00:00:01Z");
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  tellSent(message("m1"));
  clock.set("2024-03-01T23:59:59Z");
  tellSent(message("m2"));
  clock.set("2024-03-02T00:00:02Z");
  tellSent(message("m3"));
  await logger.flush();
  expect(await folder.lines("message_audit", "2024-03-01")).toMatchObject([{ message_id: "m2" }]);
  expect(await folder.lines("message_audit", "2024-03-02")).toMatchObject([{ message_id: "m1" }, { message_id: "m3" }]);
});

test("stats list every log file there is, and what this logger wrote", async () => {
  await using folder = await openLogFolder();
  await put(folder.file("errors", "2024-01-14"), "{}\n");
  await put(join(folder.path, "2024-01-14", "notes.txt"), "mine");
  const clock = createSteeredClock("2024-01-15T08:00:00Z");
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  expect((await logger.getLogStats()).logFiles).toHaveLength(1);
  logger.logAgentActivity("a", "b");
  logger.logAgentActivity("a", "b");
  logger.logError("a", "b", "c");
  await logger.flush();
  const stats = await logger.getLogStats();
  expect(stats.logFiles.map(({ kind, day }) => `${day} ${kind}`)).toEqual([
    "2024-01-14 errors",
    "2024-01-15 agent_activity",
    "2024-01-15 errors",
  ]);
  expect(stats).toMatchObject({
    baseDir: folder.path,
    linesWritten: 3,
    linesByKind: { agent_activity: 2, message_audit: 0, task_history: 0, performance: 0, errors: 1 },
    linesLost: 0,
    linesWaiting: 0,
    bytes: stats.bytesWritten + 3,
  });
});

test("before anything is written there are no log files", async () => {
  await using folder = await openLogFolder();
  await using logger = enableFileLogging({ baseDir: join(folder.path, "not", "there") });
  expect((await logger.getLogStats()).logFiles).toEqual([]);
  expect(await logger.cleanupOldLogs()).toBe(0);
});

test("clean-up deletes log files past their days, and nothing else", async () => {
  await using folder = await openLogFolder();
  const at = (...names: string[]) => join(folder.path, ...names);
  await put(folder.file("errors", "2024-01-01"), "{}\n");
  await put(folder.file("performance", "2024-01-01"), "{}\n");
  await put(folder.file("errors", "2024-01-15"), "{}\n");
  await put(folder.file("errors", "2024-01-16"), "{}\n");
  // Everything from here on is somebody else's.
  await put(at("2024-01-02", "errors_2024-01-02.jsonl.bak"), "x");
  await put(at("2024-01-02", "errors_2024-01-03.jsonl"), "x");
  await put(at("2024-01-02", "Errors_2024-01-02.jsonl"), "x");
  await put(at("2024-13-01", "errors_2024-13-01.jsonl"), "x");
  await put(at("2024-02-30", "errors_2024-02-30.jsonl"), "x");
  await put(at("24-01-02", "errors_24-01-02.jsonl"), "x");
  await put(at("errors_2024-01-01.jsonl"), "x");
  await mkdir(at("2024-01-03", "errors_2024-01-03.jsonl"), { recursive: true });
  await mkdir(at("2024-01-06"));
  await put(at("elsewhere", "errors_2024-01-04.jsonl"), "x");
  await symlink(at("elsewhere"), at("2024-01-04"));
  await mkdir(at("2024-01-05"));
  await symlink(at("elsewhere", "errors_2024-01-04.jsonl"), at("2024-01-05", "errors_2024-01-05.jsonl"));

  const clock = createSteeredClock("2024-02-14T12:00:00Z");
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  expect(await logger.cleanupOldLogs(30)).toBe(2);
  const left = await readdir(folder.path, { recursive: true });
  expect(left.sort()).toEqual(
    [
      "2024-01-02",
      "2024-01-02/Errors_2024-01-02.jsonl",
      "2024-01-02/errors_2024-01-02.jsonl.bak",
      "2024-01-02/errors_2024-01-03.jsonl",
      "2024-01-03",
      "2024-01-03/errors_2024-01-03.jsonl",
      "2024-01-04",
      "2024-01-04/errors_2024-01-04.jsonl", // seen through the link
      "2024-01-05",
      "2024-01-05/errors_2024-01-05.jsonl",
      "2024-01-06",
      "2024-01-15",
      "2024-01-15/errors_2024-01-15.jsonl",
      "2024-01-16",
      "2024-01-16/errors_2024-01-16.jsonl",
      "2024-02-30",
      "2024-02-30/errors_2024-02-30.jsonl",
      "2024-13-01",
      "2024-13-01/errors_2024-13-01.jsonl",
      "24-01-02",
      "24-01-02/errors_24-01-02.jsonl",
      "elsewhere",
      "elsewhere/errors_2024-01-04.jsonl",
      "errors_2024-01-01.jsonl",
    ].sort(),
  );
});

test("daysToKeep counts back from today: 0 keeps today alone", async () => {
  await using folder = await openLogFolder();
  for (const day of ["2024-02-12", "2024-02-13", "2024-02-14"]) await put(folder.file("errors", day), "{}\n");
  const clock = createSteeredClock("2024-02-14T00:00:00Z");
  await using logger = enableFileLogging({ baseDir: folder.path, clock });
  expect(await logger.cleanupOldLogs(1)).toBe(1);
  expect(await readdir(folder.path)).toEqual(["2024-02-13", "2024-02-14"]);
  expect(await logger.cleanupOldLogs(0)).toBe(1);
  expect(await readdir(folder.path)).toEqual(["2024-02-14"]);
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
