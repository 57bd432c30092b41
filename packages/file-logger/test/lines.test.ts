import { AgentCommError, publishDiagnostics } from "@agentcomm/protocol";
import { expect, test } from "vitest";
import { enableFileLogging, type FileLoggingOptions } from "../src/index.js";
import { openLogFolder, parseLines } from "./support/log-folder.js";
import { message, tellSent } from "./support/messages.js";
import { createSteeredClock } from "./support/steered-clock.js";

const DAY = "2024-01-15";

async function open(options: Partial<FileLoggingOptions> = {}) {
  const folder = await openLogFolder();
  const clock = createSteeredClock(`${DAY}T10:31:00Z`);
  const logger = enableFileLogging({ baseDir: folder.path, clock, ...options });
  return {
    ...folder,
    logger,
    async [Symbol.asyncDispose]() {
      await logger.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const delivery = { transport: "memory", agentId: "agent_002", attempt: 1 };

test("a message leaves the original's line at each of its three steps", async () => {
  await using log = await open();
  const sent = message("msg_123");
  tellSent(sent);
  publishDiagnostics("message.received", () => ({ ...delivery, message: sent }));
  publishDiagnostics("message.acked", () => ({ ...delivery, message: sent, durationMs: 3 }));
  await log.logger.flush();
  const line = (event: string) =>
    `{"message_id":"msg_123","from_agent":"agent_001","to_agent":"agent_002","message_type":"task_assignment","event":"${event}","timestamp":"2024-01-15T10:31:00.000Z"}\n`;
  expect(await log.text("message_audit", DAY)).toBe(line("sent") + line("received") + line("processed"));
});

test("what is out of the ordinary about a message is said beside it", async () => {
  await using log = await open();
  const sent = message("m", { to: "#news" });
  const error = new AgentCommError("MAILBOX_FULL", "full");
  publishDiagnostics("message.received", () => ({ ...delivery, message: sent }));
  publishDiagnostics("message.received", () => ({ ...delivery, message: sent, attempt: 2 }));
  publishDiagnostics("message.retried", () => ({ ...delivery, message: sent, durationMs: 5, reason: "later" }));
  publishDiagnostics("message.refused", () => ({ transport: "memory", agentId: "#news", message: sent, error }));
  publishDiagnostics("message.dead", () => ({ ...delivery, deadReason: "unreadable", reason: "no JSON" }));
  await log.logger.flush();
  const known = { message_id: "m", from_agent: "agent_001", to_agent: "#news", message_type: "task_assignment" };
  const received = { ...known, agent_id: "agent_002", event: "received" };
  expect(await log.lines("message_audit", DAY)).toEqual([
    received,
    { ...received, data: { attempt: 2 } },
    { ...received, event: "retried", data: { attempt: 1, duration_ms: 5, reason: "later" } },
    { ...known, event: "refused", data: { error_type: "MAILBOX_FULL" } },
    {
      message_id: null,
      from_agent: null,
      to_agent: "agent_002",
      message_type: null,
      event: "dead",
      data: { dead_reason: "unreadable", attempt: 1, reason: "no JSON" },
    },
  ]);
  expect(await log.lines("errors", DAY)).toEqual([
    {
      agent_id: "agent_001",
      error_type: "MAILBOX_FULL",
      error_message: "full",
      details: { message_id: "m", to_agent: "#news" },
    },
    {
      agent_id: "agent_002",
      error_type: "dead_letter",
      error_message: "unreadable: no JSON",
      details: { attempt: 1 },
    },
  ]);
});

test("agents leave lines under the original's event names", async () => {
  await using log = await open();
  const agentId = "agent_001";
  publishDiagnostics("agent.registered", () => ({ agentId, role: "coordinator", capabilities: ["planning"] }));
  publishDiagnostics("agent.status_changed", () => ({ agentId, status: "busy", previousStatus: "idle" }));
  publishDiagnostics("agent.heartbeat", () => ({ agentId, status: "busy", currentTasks: 2 }));
  publishDiagnostics("agent.lost", () => ({ agentId, reason: "no heartbeat" }));
  publishDiagnostics("agent.unregistered", () => ({ agentId }));
  publishDiagnostics("mailbox.opened", () => ({ transport: "memory", agentId, topics: ["news"] }));
  publishDiagnostics("mailbox.deleted", () => ({ transport: "memory", agentId }));
  await log.logger.flush();
  const [registered = ""] = (await log.text("agent_activity", DAY)).split("\n");
  expect(registered).toBe(
    '{"agent_id":"agent_001","event":"registered","data":{"agent_role":"coordinator","capabilities":["planning"]},"timestamp":"2024-01-15T10:31:00.000Z"}',
  );
  expect((await log.lines("agent_activity", DAY)).slice(1)).toEqual([
    { agent_id: agentId, event: "status_change", data: { new_status: "busy", previous_status: "idle" } },
    { agent_id: agentId, event: "heartbeat", data: { status: "busy", current_tasks: 2 } },
    { agent_id: agentId, event: "lost", data: { reason: "no heartbeat" } },
    { agent_id: agentId, event: "unregistered", data: {} },
    { agent_id: agentId, event: "mailbox_opened", data: { topics: ["news"] } },
    { agent_id: agentId, event: "mailbox_deleted", data: {} },
  ]);
});

test("a task leaves a line at each step, its duration and its failures", async () => {
  await using log = await open();
  const task = { taskId: "task_456", taskType: "review", agentId: "agent_002" };
  publishDiagnostics("task.queued", () => ({ taskId: "task_456", taskType: "review", coordinatorId: "c" }));
  publishDiagnostics("task.completed", () => ({ ...task, durationMs: 1250 }));
  publishDiagnostics("task.failed", () => ({ ...task, attempt: 3, error: { type: "Oops", message: "no" } }));
  publishDiagnostics("task.expired", () => ({ ...task, detail: "too late" }));
  publishDiagnostics("task.handled", () => ({ ...task, outcome: "completed", durationMs: 12.5 }));
  await log.logger.flush();
  const line = { task_id: "task_456", agent_id: "agent_002" };
  expect(await log.lines("task_history", DAY)).toEqual([
    { task_id: "task_456", agent_id: null, event: "queued", data: { task_type: "review", coordinator_id: "c" } },
    { ...line, event: "completed", data: { duration_ms: 1250, success: true, task_type: "review" } },
    {
      ...line,
      event: "failed",
      data: { success: false, task_type: "review", attempt: 3, error: { type: "Oops", message: "no" } },
    },
    { ...line, event: "expired", data: { success: false, task_type: "review", detail: "too late" } },
    {
      ...line,
      event: "handled",
      data: { duration_ms: 12.5, success: true, task_type: "review", outcome: "completed" },
    },
  ]);
  expect(await log.lines("performance", DAY)).toEqual([
    { agent_id: "agent_002", metric: "task_duration", value: 12.5, unit: "ms" },
  ]);
  const about = { task_id: "task_456", task_type: "review" };
  expect(await log.lines("errors", DAY)).toEqual([
    { agent_id: "agent_002", error_type: "Oops", error_message: "no", details: { ...about, attempt: 3 } },
    { agent_id: "agent_002", error_type: "task_expired", error_message: "too late", details: about },
  ]);
});

test("what a program logs itself stands beside what is logged by itself", async () => {
  await using log = await open();
  log.logger.logAgentActivity("agent_001", "status_change", { new_status: "busy" });
  log.logger.logPerformanceMetric("agent_001", "response_time", 125.5, "ms");
  log.logger.logError("agent_001", "connection_error", "Redis connection failed");
  publishDiagnostics("metric.recorded", () => ({ agentId: "agent_001", metric: "tokens", value: 7, unit: "count" }));
  const cause = new Error("reset");
  const error = new AgentCommError("CONNECTION_LOST", "gone", { outcome: "unknown", details: { port: 1 }, cause });
  publishDiagnostics("trouble", () => ({ error, transport: "redis" }));
  await log.logger.flush();
  expect(await log.lines("agent_activity", DAY)).toEqual([
    { agent_id: "agent_001", event: "status_change", data: { new_status: "busy" } },
  ]);
  expect(await log.lines("performance", DAY)).toEqual([
    { agent_id: "agent_001", metric: "response_time", value: 125.5, unit: "ms" },
    { agent_id: "agent_001", metric: "tokens", value: 7, unit: "count" },
  ]);
  expect(await log.lines("errors", DAY)).toEqual([
    { agent_id: "agent_001", error_type: "connection_error", error_message: "Redis connection failed" },
    {
      agent_id: null,
      error_type: "CONNECTION_LOST",
      error_message: "gone",
      details: { transport: "redis", outcome: "unknown", details: { port: 1 }, cause: "reset" },
    },
  ]);
});

test("bodies stay out unless asked for, and then lose their secrets", async () => {
  const content = { taskId: "t", parameters: { apiKey: "sk-1", note: "see https://u:pw@host/x" } };
  await using without = await open();
  tellSent(message("m", { content }));
  await without.logger.close();
  expect(await without.text("message_audit", DAY)).not.toMatch(/parameters|sk-1|pw@/);

  await using log = await open({ includeBodies: true });
  tellSent(message("m", { content }));
  await log.logger.flush();
  const [line] = await log.lines("message_audit", DAY);
  expect(line?.content).toEqual({
    taskId: "t",
    parameters: { apiKey: "[redacted]", note: "see https://[redacted]@host/x" },
  });
});

test("no text can start a line of its own or command a terminal", async () => {
  await using log = await open();
  const evil =
    '\n{"event":"forged"}\r\u0000\u001b[2J\u009b31m\u0085\u2028\u2029\u061c\u200e\u200f\u202eabc\u2066\u007f\ufeff"\\';
  tellSent(message(evil, { from: evil, to: evil }));
  log.logger.logAgentActivity(evil, evil, { [evil]: evil });
  log.logger.logPerformanceMetric(evil, evil, 1, evil);
  log.logger.logError(evil, evil, evil, evil);
  await log.logger.flush();
  for (const kind of ["message_audit", "agent_activity", "performance", "errors"] as const) {
    const text = await log.text(kind, DAY);
    expect(text).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.stringify(parseLines(text))).toContain(JSON.stringify(evil).slice(1, -1));
  }
});

test("half a surrogate pair is written as it is, and a whole one stays", async () => {
  await using log = await open();
  log.logger.logAgentActivity("a\ud800", "\udc00𝄞", { "\udfff": "\ud834" });
  await log.logger.flush();
  const [line] = parseLines(await log.text("agent_activity", DAY));
  expect(line).toMatchObject({ agent_id: "a\ud800", event: "\udc00𝄞", data: { "\udfff": "\ud834" } });
});

test("an event that cannot be read is counted as lost, and nobody is hurt", async () => {
  const errors: string[] = [];
  await using log = await open({ onError: (error) => errors.push(error.code) });
  publishDiagnostics("message.received", () => ({ ...delivery, message: null as never }));
  tellSent(message("next"));
  await log.logger.flush();
  expect(await log.lines("message_audit", DAY)).toHaveLength(1);
  expect((await log.logger.getLogStats()).linesLost).toBe(1);
  expect(errors).toEqual(["LOG_FAILED"]);
});
