import { execFile } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import type { AgentCommError } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { enableFileLogging } from "../src/index.js";
import { openLogFolder, parseLines } from "./support/log-folder.js";
import { message, tellSent } from "./support/messages.js";
import { startWriter } from "./support/start-writer.js";
import { createSteeredClock } from "./support/steered-clock.js";

const run = promisify(execFile);
const DAY = "2024-01-15";
const NOON = `${DAY}T12:00:00Z`;

test("a folder that cannot be written is reported once, and its lines follow when it can", async () => {
  await using folder = await openLogFolder();
  const inTheWay = join(folder.path, DAY);
  await writeFile(inTheWay, "a file where the day's folder should be");
  const errors: AgentCommError[] = [];
  const clock = createSteeredClock(NOON);
  await using logger = enableFileLogging({ baseDir: folder.path, clock, onError: (error) => errors.push(error) });
  for (let each = 0; each < 10; each++) {
    tellSent(message(`m${each}`));
    await expect(logger.flush()).rejects.toMatchObject({ code: "LOG_FAILED" });
  }
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatchObject({ code: "LOG_FAILED", retryable: true });
  expect(errors[0]?.message).toContain(folder.file("message_audit", DAY));
  expect(await logger.getLogStats()).toMatchObject({ linesLost: 0, linesWritten: 0 });

  await rm(inTheWay);
  // Nobody asks for it: the logger tries again by itself.
  await expect.poll(() => folder.lines("message_audit", DAY), { timeout: 5_000 }).toHaveLength(10);
  await logger.flush();
  expect(await folder.lines("errors", DAY)).toMatchObject([{ agent_id: null, error_type: "LOG_FAILED" }]);
});

test("failures are reported again after a minute, with what was lost by then", async () => {
  await using folder = await openLogFolder();
  await writeFile(join(folder.path, DAY), "");
  const errors: AgentCommError[] = [];
  const clock = createSteeredClock(NOON);
  const options = {
    baseDir: folder.path,
    clock,
    maxBufferBytes: 2_000,
    onError: (error: AgentCommError) => errors.push(error),
  };
  await using logger = enableFileLogging(options);
  tellSent(message("first"));
  await expect(logger.flush()).rejects.toThrow();
  clock.pass(59_000);
  for (let each = 0; each < 100; each++) tellSent(message(`m${each}`));
  expect(errors).toHaveLength(1);
  clock.pass(1_000);
  tellSent(message("later"));
  expect(errors).toHaveLength(2);
  const { linesLost, linesWaiting } = await logger.getLogStats();
  expect(linesLost).toBeGreaterThan(80);
  expect(errors[1]?.details).toMatchObject({ linesLost });
  // The oldest are kept. One more waits in the errors: the report itself.
  await rm(join(folder.path, DAY));
  await logger.flush();
  const kept = await folder.lines("message_audit", DAY);
  expect(kept.map((line) => line.message_id).slice(0, 3)).toEqual(["first", "m0", "m1"]);
  expect(linesWaiting).toBe(kept.length + (await folder.lines("errors", DAY)).length);
  expect(kept.length + linesLost).toBe(102);
});

test("closing while the disk refuses gives the lines up, and says so", async () => {
  await using folder = await openLogFolder();
  await writeFile(join(folder.path, DAY), "");
  const errors: AgentCommError[] = [];
  const clock = createSteeredClock(NOON);
  const logger = enableFileLogging({ baseDir: folder.path, clock, onError: (error) => errors.push(error) });
  for (let each = 0; each < 5; each++) tellSent(message(`m${each}`));
  await logger.close();
  expect(await logger.getLogStats()).toMatchObject({ linesLost: 5, linesWaiting: 0 });
  expect(errors.at(-1)).toMatchObject({ code: "LOG_FAILED", details: { linesLost: 5 } });
});

test("without onError a failure is a process warning", async () => {
  await using folder = await openLogFolder();
  await writeFile(join(folder.path, DAY), "");
  const warning = new Promise<Error & { code?: string }>((resolve) => process.once("warning", resolve));
  const logger = enableFileLogging({ baseDir: folder.path, clock: createSteeredClock(NOON) });
  tellSent(message("m"));
  await logger.close();
  expect(await warning).toMatchObject({ name: "AgentCommWarning", code: "LOG_FAILED" });
});

test("one kind that cannot be written does not hold up the others", async () => {
  await using folder = await openLogFolder();
  await mkdir(folder.file("errors", DAY), { recursive: true });
  await using logger = enableFileLogging({ baseDir: folder.path, clock: createSteeredClock(NOON), onError: () => {} });
  logger.logError("a", "b", "c");
  tellSent(message("m"));
  await expect(logger.flush()).rejects.toMatchObject({ code: "LOG_FAILED" });
  expect(await folder.lines("message_audit", DAY)).toHaveLength(1);
  tellSent(message("m2"));
  await expect.poll(() => folder.lines("message_audit", DAY)).toHaveLength(2);
});

test("a link in place of a log file is not followed", async () => {
  await using folder = await openLogFolder();
  const precious = join(folder.path, "precious");
  await writeFile(precious, "untouched");
  await mkdir(join(folder.path, DAY));
  await symlink(precious, folder.file("message_audit", DAY));
  const logger = enableFileLogging({ baseDir: folder.path, clock: createSteeredClock(NOON), onError: () => {} });
  tellSent(message("m"));
  await expect(logger.flush()).rejects.toMatchObject({ code: "LOG_FAILED" });
  await logger.close();
  expect(await readFile(precious, "utf8")).toBe("untouched");
});

test("a pipe in place of a log file holds nobody up", async () => {
  await using folder = await openLogFolder();
  await mkdir(join(folder.path, DAY));
  await run("mkfifo", [folder.file("message_audit", DAY)]);
  const logger = enableFileLogging({ baseDir: folder.path, clock: createSteeredClock(NOON), onError: () => {} });
  tellSent(message("m"));
  await expect(logger.flush()).rejects.toThrow(/not a regular file/);
  await logger.close();
  expect((await logger.getLogStats()).linesLost).toBe(1);
});

test("log files that are removed while they are open are written anew, without loss", async () => {
  await using folder = await openLogFolder();
  await using logger = enableFileLogging({ baseDir: folder.path, clock: createSteeredClock(NOON), onError: () => {} });
  tellSent(message("m1"));
  await logger.flush();
  await rm(dirname(folder.file("message_audit", DAY)), { recursive: true });
  tellSent(message("m2"));
  await expect.poll(() => folder.lines("message_audit", DAY), { timeout: 5_000 }).toMatchObject([{ message_id: "m2" }]);
});

test("a file that was cut short under the logger goes on with complete lines", async () => {
  await using folder = await openLogFolder();
  await using logger = enableFileLogging({ baseDir: folder.path, clock: createSteeredClock(NOON) });
  tellSent(message("m1"));
  await logger.flush();
  await writeFile(folder.file("message_audit", DAY), "");
  tellSent(message("m2"));
  await logger.flush();
  tellSent(message("m3"));
  await logger.flush();
  expect(await folder.lines("message_audit", DAY)).toMatchObject([{ message_id: "m2" }, { message_id: "m3" }]);
});

test("on a full disk no line is torn or lost, and the rest follows once there is room", async () => {
  await using folder = await openLogFolder();
  await using writer = startWriter(folder.path, "w", "lines:600", 65_536);
  await expect.poll(() => writer.said, { timeout: 20_000 }).toMatchObject([{ code: "LOG_FAILED" }]);
  expect(writer.said[0]?.message).toMatch(/EFBIG|no room/);
  await run("prlimit", ["--pid", String(writer.pid), "--fsize=unlimited"]);
  expect(await writer.ended).toBe(0);
  expect(writer.said.at(-1)).toMatchObject({ linesLost: 0, linesWritten: 601 });
  const [day = ""] = await readdir(folder.path);
  const ids = (await folder.lines("message_audit", day)).map((line) => line.message_id);
  expect(ids).toEqual(Array.from({ length: 600 }, (_, each) => `w-${each}`));
});

test.each([
  ["never lets the event loop turn", Number.POSITIVE_INFINITY],
  ["logs much between two turns of the event loop", 1_000],
])("a program that %s loses no line", async (_, linesPerTurn) => {
  await using folder = await openLogFolder();
  const clock = createSteeredClock(NOON);
  await using logger = enableFileLogging({ baseDir: folder.path, clock, maxBufferBytes: 100_000 });
  for (let each = 0; each < 20_000; each++) {
    tellSent(message(`m${each}`));
    if (each % linesPerTurn === 0) await setImmediate();
  }
  await logger.flush();
  expect(await logger.getLogStats()).toMatchObject({ linesWritten: 20_000, linesLost: 0 });
  expect(await folder.lines("message_audit", DAY)).toHaveLength(20_000);
});

test("a disk that stalls holds nobody up: what memory may not hold is dropped, counted and reported", async () => {
  await using folder = await openLogFolder();
  const errors: AgentCommError[] = [];
  const onError = (error: AgentCommError) => void errors.push(error);
  const clock = createSteeredClock(NOON);
  await using logger = enableFileLogging({ baseDir: folder.path, clock, maxBufferBytes: 100_000, onError });
  const release = await stallFileOperations(folder.path);
  let logged = 0;
  for (; errors.length === 0; logged++) {
    tellSent(message(`m${logged}`));
    await setImmediate();
  }
  expect(errors[0]?.message).toContain("maxBufferBytes");
  for (let each = 0; each < 1_000; each++) tellSent(message(`m${logged++}`));
  await release();
  await logger.flush();
  const { linesLost } = await logger.getLogStats();
  expect(linesLost).toBe(1_001);
  expect(await folder.lines("message_audit", DAY)).toHaveLength(logged - linesLost);
});

/** Keeps every thread that file operations run on busy, as a disk that does not answer would. */
async function stallFileOperations(folder: string): Promise<() => Promise<void>> {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const pipes = Array.from({ length: threads }, (_, each) => join(folder, `pipe${each}`));
  await run("mkfifo", pipes);
  // Opening a pipe to read waits until somebody opens it to write.
  const readers = pipes.map((pipe) => open(pipe, "r"));
  return async () => {
    const writers = pipes.map((pipe) => openSync(pipe, "w"));
    for (const reader of await Promise.all(readers)) await reader.close();
    for (const writer of writers) closeSync(writer);
  };
}

test("a line larger than any pipe's buffer is one line", async () => {
  await using folder = await openLogFolder();
  const clock = createSteeredClock(NOON);
  await using logger = enableFileLogging({ baseDir: folder.path, clock, includeBodies: true });
  const body = "é".repeat(400_000);
  tellSent(message("big", { content: { body } }));
  tellSent(message("small"));
  await logger.flush();
  const lines = parseLines(await folder.text("message_audit", DAY));
  expect(lines.map((line) => line.content)).toEqual([{ body }, { taskId: "task_456" }]);
});
