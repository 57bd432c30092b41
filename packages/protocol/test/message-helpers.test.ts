import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AgentMessage,
  coordination,
  decodeMessage,
  encodeMessage,
  errorReport,
  heartbeat,
  statusUpdate,
  taskAssignment,
  taskResponse,
} from "../src/index.js";
import { failure } from "./failure.js";

const fields = { from: "worker-1", to: "boss", correlationId: "m-1", priority: "high" } as const;
const fixed = { createId: () => "id-1", now: () => 0 };
const around = { id: "id-1", ...fields, timestamp: "1970-01-01T00:00:00.000Z" };

const error = { type: "Error", message: "no", retryable: false };
const built: [AgentMessage, string, object][] = [
  [
    taskAssignment({ ...fields, taskId: "t-1", taskType: "review", deadline: "2024-01-15T10:30:00Z" }, fixed),
    "task_assignment",
    {
      taskId: "t-1",
      taskType: "review",
      description: "",
      parameters: {},
      requiredCapabilities: [],
      attempt: 1,
      deadline: "2024-01-15T10:30:00Z",
    },
  ],
  [
    taskResponse({ ...fields, taskId: "t-1", status: "failed", attempt: 2, error, executionTimeMs: 1.5 }, fixed),
    "task_response",
    { taskId: "t-1", status: "failed", attempt: 2, error, executionTimeMs: 1.5 },
  ],
  [
    statusUpdate({ ...fields, status: "busy", currentTasks: 2, completionPercentage: 50, detail: "half" }, fixed),
    "status_update",
    { status: "busy", currentTasks: 2, completionPercentage: 50, detail: "half" },
  ],
  [
    heartbeat({ ...fields, status: "active", currentTasks: 0, metrics: { load: 0.5 } }, fixed),
    "heartbeat",
    { status: "active", currentTasks: 0, metrics: { load: 0.5 } },
  ],
  [
    errorReport({ ...fields, errorType: "Error", errorMessage: "no", taskId: "t-1", details: [1] }, fixed),
    "error_report",
    { errorType: "Error", errorMessage: "no", taskId: "t-1", details: [1] },
  ],
  [
    coordination({ ...fields, action: "cancel_task", data: null }, fixed),
    "coordination",
    { action: "cancel_task", data: null },
  ],
];

describe("the helpers", () => {
  it.each(built)("build a complete message that travels: $type", (message, type, content) => {
    expect(message).toEqual({ ...around, type, content });
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  it("pass further keys on into the content", () => {
    const input = { ...fields, action: "pause", until: "noon" };
    expect(coordination(input).content).toEqual({ action: "pause", until: "noon" });
  });

  it("demand what a complete message needs, naming it", () => {
    const missing = (run: () => unknown) => failure(run);
    // @ts-expect-error without its taskType
    expect(missing(() => taskAssignment({ ...fields, taskId: "t-1" }))).toMatchObject({
      code: "INVALID_MESSAGE",
      details: { field: "content.taskType" },
    });
    // @ts-expect-error without its status
    expect(missing(() => taskResponse({ ...fields, taskId: "t-1" })).details).toEqual({ field: "content.status" });
    // @ts-expect-error without its status
    expect(missing(() => statusUpdate({ ...fields })).details).toEqual({ field: "content.status" });
    // @ts-expect-error without its currentTasks
    expect(missing(() => heartbeat({ ...fields, status: "active" })).details).toEqual({
      field: "content.currentTasks",
    });
    // @ts-expect-error without its errorMessage
    expect(missing(() => errorReport({ ...fields, errorType: "E" })).details).toEqual({
      field: "content.errorMessage",
    });
    // @ts-expect-error without its action
    expect(missing(() => coordination(fields)).details).toEqual({ field: "content.action" });
  });

  it("refuse with an AgentCommError what is no object or cannot be read", () => {
    const getter = {
      ...fields,
      get action(): string {
        throw new Error("no");
      },
    };
    expect(failure(() => coordination(getter)).code).toBe("INVALID_MESSAGE");
    expect(failure(() => coordination(null as never)).code).toBe("INVALID_MESSAGE");
    expect(failure(() => heartbeat({ ...fields, from: "a b", status: "idle", currentTasks: 0 })).code).toBe(
      "INVALID_AGENT_ID",
    );
  });

  it("are typed by what they build", () => {
    expectTypeOf(heartbeat).returns.toEqualTypeOf<AgentMessage<"heartbeat">>();
    expectTypeOf(taskResponse).returns.toEqualTypeOf<AgentMessage<"task_response">>();
  });
});
