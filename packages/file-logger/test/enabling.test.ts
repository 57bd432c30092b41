import { readdir } from "node:fs/promises";
import { AgentCommError, diagnosticsChannel } from "@agentcomm/protocol";
import { afterEach, expect, test } from "vitest";
import { disableFileLogging, enableFileLogging, getFileLogger } from "../src/index.js";
import { openLogFolder } from "./support/log-folder.js";
import { message, tellSent } from "./support/messages.js";

afterEach(disableFileLogging);

test("without being enabled it listens to nothing and writes nothing", async () => {
  expect(getFileLogger()).toBeUndefined();
  expect(diagnosticsChannel("message.sent").hasSubscribers).toBe(false);
  await using folder = await openLogFolder();
  enableFileLogging({ baseDir: folder.path });
  await disableFileLogging();
  expect(await readdir(folder.path)).toEqual([]);
});

test("the enabled logger is found from anywhere, until it is closed", async () => {
  await using folder = await openLogFolder();
  const logger = enableFileLogging({ baseDir: folder.path });
  expect(getFileLogger()).toBe(logger);
  expect(diagnosticsChannel("message.sent").hasSubscribers).toBe(true);
  await logger.close();
  expect(getFileLogger()).toBeUndefined();
  expect(diagnosticsChannel("message.sent").hasSubscribers).toBe(false);
});

test("it cannot be enabled twice, and can be enabled again", async () => {
  await using folder = await openLogFolder();
  enableFileLogging({ baseDir: folder.path });
  expect(() => enableFileLogging({ baseDir: "/elsewhere" })).toThrow(/already enabled, into .*disableFileLogging/);
  await disableFileLogging();
  expect(enableFileLogging({ baseDir: folder.path }).baseDir).toBe(folder.path);
});

test("closing writes what waits, keeps stats readable, and refuses what comes later", async () => {
  await using folder = await openLogFolder();
  const logger = enableFileLogging({ baseDir: folder.path, flushIntervalMs: 60_000 });
  tellSent(message("m"));
  expect((await logger.getLogStats()).linesWaiting).toBe(1);
  await Promise.all([logger.close(), logger.close()]);
  expect(await logger.getLogStats()).toMatchObject({ linesWritten: 1, linesWaiting: 0, linesLost: 0 });
  expect(() => logger.logError("a", "b", "c")).toThrow(expect.objectContaining({ code: "CLOSED" }));
  await expect(logger.flush()).rejects.toMatchObject({ code: "CLOSED" });
});

test("`await using` closes it", async () => {
  await using folder = await openLogFolder();
  {
    await using logger = enableFileLogging({ baseDir: folder.path });
    logger.logAgentActivity("a", "b");
  }
  expect(getFileLogger()).toBeUndefined();
  const day = new Date().toISOString().slice(0, 10);
  expect(await folder.lines("agent_activity", day)).toHaveLength(1);
});

test("a line is written within flushIntervalMs without being asked for", async () => {
  await using folder = await openLogFolder();
  const logger = enableFileLogging({ baseDir: folder.path });
  logger.logAgentActivity("a", "b");
  await expect.poll(async () => (await logger.getLogStats()).bytes).toBeGreaterThan(0);
});

test.each([
  ["baseDir", { baseDir: "" }],
  ["baseDir", { baseDir: "a\0b" }],
  ["baseDir", {}],
  ["options", null],
  ["includeBodies", { baseDir: "x", includeBodies: 1 }],
  ["redact", { baseDir: "x", redact: [""] }],
  ["redact", { baseDir: "x", redact: true }],
  ["maxBufferBytes", { baseDir: "x", maxBufferBytes: 1 }],
  ["flushIntervalMs", { baseDir: "x", flushIntervalMs: -1 }],
  ["timeoutMs", { baseDir: "x", timeoutMs: Number.NaN }],
  ["onError", { baseDir: "x", onError: "log" }],
])("a wrong %s is refused by name: %j", (option, options) => {
  const enable = () => enableFileLogging(options as never);
  expect(enable).toThrow(AgentCommError);
  expect(enable).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS", details: { option } }));
  expect(getFileLogger()).toBeUndefined();
});

test("arguments of a wrong kind are refused by name", async () => {
  await using folder = await openLogFolder();
  const logger = enableFileLogging({ baseDir: folder.path });
  const refused = (option: string) => expect.objectContaining({ code: "INVALID_OPTIONS", details: { option } });
  expect(() => logger.logAgentActivity("", "event")).toThrow(refused("agentId"));
  expect(() => logger.logAgentActivity("a", "event", 5 as never)).toThrow(refused("data"));
  expect(() => logger.logPerformanceMetric("a", "m", Number.NaN, "ms")).toThrow(refused("value"));
  expect(() => logger.logError("a", "type", undefined as never)).toThrow(refused("message"));
  await expect(logger.cleanupOldLogs(-1)).rejects.toThrow(refused("daysToKeep"));
  expect((await logger.getLogStats()).linesWaiting).toBe(0);
});
