import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import { defineTask } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { enableFileLogging, LOG_KINDS, type LogKind } from "../src/index.js";
import { type LogFolder, openLogFolder } from "./support/log-folder.js";
import { createSteeredClock } from "./support/steered-clock.js";

const DAY = "2024-01-15";
const clock = createSteeredClock(`${DAY}T12:00:00Z`);

const double = defineTask({
  type: "double",
  input: z.object({ number: z.number(), password: z.string() }),
  output: z.object({ number: z.number() }),
  requiredCapabilities: ["math"],
});

describe.each(transportKinds)("on %s", (kind) => {
  test("enabling it is all it takes to log what agents, messages and tasks do", async () => {
    await using folder = await openLogFolder();
    await using logger = enableFileLogging({ baseDir: folder.path, clock });
    await runTask(kind, "planted-secret");
    await logger.close();

    const activity = await folder.lines("agent_activity", DAY);
    expect(eventsOf(activity, "agent_id", "worker")).toEqual(
      expect.arrayContaining(["mailbox_opened", "registered", "unregistered"]),
    );
    expect(activity.find((line) => line.event === "registered" && line.agent_id === "worker")).toMatchObject({
      data: { agent_role: "worker", capabilities: ["math"], max_concurrent_tasks: 1 },
    });

    const audit = await folder.lines("message_audit", DAY);
    const assignment = audit.find((line) => line.message_type === "task_assignment");
    expect(assignment).toMatchObject({ from_agent: "boss", to_agent: "worker" });
    expect(eventsOf(audit, "message_id", assignment?.message_id).sort()).toEqual(["processed", "received", "sent"]);

    const history = await folder.lines("task_history", DAY);
    const completed = history.find((line) => line.event === "completed");
    expect(completed).toMatchObject({ agent_id: "worker", data: { success: true, task_type: "double" } });
    expect(completed?.data).toHaveProperty("duration_ms", expect.any(Number));
    const steps = eventsOf(history, "task_id", completed?.task_id);
    expect(steps).toEqual(expect.arrayContaining(["assigned", "started", "handled", "completed"]));

    expect(await folder.lines("performance", DAY)).toMatchObject([{ agent_id: "worker", metric: "task_duration" }]);
    expect(await folder.text("errors", DAY)).toBe("");
    expect(await allText(folder)).not.toContain("planted-secret");
    expect((await logger.getLogStats()).linesLost).toBe(0);
  });

  test("bodies that are logged hide their secrets", async () => {
    await using folder = await openLogFolder();
    await using logger = enableFileLogging({ baseDir: folder.path, clock, includeBodies: true });
    await runTask(kind, "planted-secret");
    await logger.close();
    const text = await allText(folder);
    expect(text).toContain('"password":"[redacted]"');
    expect(text).not.toContain("planted-secret");
  });

  test("messaging goes on while the log cannot be written", async () => {
    await using folder = await openLogFolder();
    await writeFile(join(folder.path, DAY), "a file in place of the day's folder");
    const errors: string[] = [];
    const logger = enableFileLogging({ baseDir: folder.path, clock, onError: (error) => errors.push(error.code) });
    await runTask(kind, "x");
    await logger.close();
    expect(new Set(errors)).toEqual(new Set(["LOG_FAILED"]));
    expect((await logger.getLogStats()).linesLost).toBeGreaterThan(10);
  });
});

/** One task, assigned, done and answered. */
async function runTask(kind: (typeof transportKinds)[number], password: string): Promise<void> {
  await using store = await openStore(kind);
  const transport = store.transport();
  const worker = createAgent({ id: "worker", transport });
  worker.onTask(double, ({ number }) => ({ number: number * 2 }));
  await worker.start();
  const boss = createCoordinator({ id: "boss", transport });
  const task = await boss.assignTask(double, { number: 21, password });
  expect(await task.result()).toEqual({ number: 42 });
  await boss.stop();
  await worker.stop();
}

function eventsOf(lines: Record<string, unknown>[], key: string, value: unknown): unknown[] {
  return lines.filter((line) => line[key] === value).map((line) => line.event);
}

async function allText(folder: LogFolder): Promise<string> {
  return (await Promise.all(LOG_KINDS.map((kind: LogKind) => folder.text(kind, DAY)))).join("");
}
