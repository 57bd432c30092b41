import { describe, expect, expectTypeOf, it } from "vitest";
import { type AgentMessage, createMessage, decodeMessage, encodeMessage, type Priority } from "../src/index.js";
import type { MessageInput, TaskAssignmentContent } from "../src/message.js";
import { failure } from "./failure.js";

const base = { from: "agent_001", to: "agent_002", type: "chat.line", content: { text: "hi" } } as const;
const fixed = { createId: () => "id-1", now: () => Date.UTC(2024, 0, 15, 10, 30) };
const refusal = (change: object) => failure(() => createMessage({ ...base, ...change } as MessageInput));

describe("createMessage", () => {
  it("fills in id, priority and timestamp", () => {
    expect(createMessage(base, fixed)).toEqual({
      id: "id-1",
      from: "agent_001",
      to: "agent_002",
      type: "chat.line",
      content: { text: "hi" },
      priority: "medium",
      timestamp: "2024-01-15T10:30:00.000Z",
    });
    const message = createMessage(base);
    expect(message.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(Math.abs(Date.parse(message.timestamp) - Date.now())).toBeLessThan(60_000);
  });

  it("keeps every field that is given", () => {
    const whole = {
      ...base,
      id: "my id/1",
      to: "#news",
      priority: "critical",
      timestamp: "2024-01-15T10:30:00",
      correlationId: "other",
      expiresAt: "2024-01-15T10:31:00+01:00",
      trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" },
      headers: { tenant: "7", "x y": "" },
    } as const;
    expect(createMessage(whole)).toEqual(whole);
  });

  it("treats undefined as left out", () => {
    const undefinedFields = { id: undefined, priority: undefined, headers: undefined, unknown: undefined };
    expect(createMessage({ ...base, ...undefinedFields } as unknown as MessageInput, fixed)).toEqual(
      createMessage(base, fixed),
    );
  });

  it("fills in what decoding fills in, and keeps unknown keys: the original's first example", () => {
    const message = createMessage({
      from: "agent_001",
      to: "agent_002",
      type: "task_assignment",
      content: { task: "process_data" },
    });
    expect(message.content).toEqual({
      task: "process_data",
      description: "",
      parameters: {},
      requiredCapabilities: [],
      attempt: 1,
    });
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
    expect(createMessage({ ...base, type: "task_response", content: {} }).content).toEqual({ attempt: 1 });
    expect(createMessage({ ...base, type: "coordination", content: {} }).content).toEqual({});
  });

  it("takes a message that it made", () => {
    const message = createMessage(base);
    expect(createMessage(message)).toEqual(message);
  });

  it("shares no object with its input, and does not change it", () => {
    const input = {
      ...base,
      type: "task_assignment",
      content: { parameters: { list: [1] }, requiredCapabilities: ["a"] },
      headers: { a: "b" },
      trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    };
    const before = structuredClone(input);
    const message = createMessage(input) as AgentMessage<"task_assignment">;
    expect(input).toEqual(before);
    input.content.parameters.list.push(2);
    input.content.requiredCapabilities.push("b");
    input.headers.a = "c";
    expect(message.content.parameters).toEqual({ list: [1] });
    expect(message.content.requiredCapabilities).toEqual(["a"]);
    expect(message.headers).toEqual({ a: "b" });
    expect(message.trace).not.toBe(input.trace);
  });

  it.each([
    ["from", undefined],
    ["from", "a..b"],
    ["from", "*"],
    ["to", undefined],
    ["to", "##a"],
  ])("refuses %s %s as no agent id", (field, value) => {
    const error = refusal({ [field]: value });
    expect(error).toMatchObject({ code: "INVALID_AGENT_ID", details: { field } });
  });

  it.each<[string, object]>([
    ["id", { id: "" }],
    ["id", { id: "x".repeat(129) }],
    ["id", { id: "a\n" }],
    ["id", { id: 7 }],
    ["id", { id: null }],
    ["type", { type: undefined }],
    ["type", { type: "Chat" }],
    ["type", { type: "task_request" }],
    ["priority", { priority: "HIGH" }],
    ["priority", { priority: 1 }],
    ["priority", { priority: null }],
    ["timestamp", { timestamp: "yesterday" }],
    ["timestamp", { timestamp: "2024-02-30T00:00:00Z" }],
    ["timestamp", { timestamp: new Date() }],
    ["correlationId", { correlationId: "é" }],
    ["expiresAt", { expiresAt: 1_700_000_000_000 }],
    ["trace", { trace: "00-0" }],
    ["trace.traceparent", { trace: {} }],
    ["trace.traceparent", { trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331" } }],
    ["trace.tracestate", { trace: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: 7 } }],
    ["headers", { headers: "a" }],
    ["headers", { headers: ["a"] }],
    ["headers", { headers: { a: 7 } }],
    ["headers.a", { headers: { a: () => 7 } }],
    ["content", { content: undefined }],
    ["content", { content: null }],
    ["content", { content: "text" }],
    ["content", { content: [1] }],
    ["content", { content: Promise.resolve({}) }],
    ["content.a", { content: { a: 7n } }],
    ["content.a", { content: { a: Number.NaN } }],
    ["message.expireAt", { expireAt: "2024-01-15" }],
  ])("refuses a wrong %s, naming it (case %#)", (field, change) => {
    const error = refusal(change);
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", details: { field }, outcome: "none", retryable: false });
    expect(error.message.startsWith(field)).toBe(true);
  });

  it.each<[string, string, object]>([
    ["task_assignment", "content.taskId", { taskId: 7 }],
    ["task_assignment", "content.parameters", { parameters: [] }],
    ["task_assignment", "content.requiredCapabilities", { requiredCapabilities: ["a", 7] }],
    ["task_assignment", "content.attempt", { attempt: 0 }],
    ["task_assignment", "content.deadline", { deadline: "soon" }],
    ["task_assignment", "content.description", { description: null }],
    ["task_response", "content.status", { status: "done" }],
    ["task_response", "content.error", { error: { type: "a" } }],
    ["task_response", "content.executionTimeMs", { executionTimeMs: -1 }],
    ["task_response", "content.completionPercentage", { completionPercentage: 101 }],
    ["heartbeat", "content.currentTasks", { currentTasks: 1.5 }],
    ["error_report", "content.errorType", { errorType: {} }],
    ["task_assignment", "content.task_id", { task_id: "a" }],
    ["task_assignment", "content.required_capabilities", { requiredCapabilities: [], required_capabilities: [] }],
  ])("refuses in a %s a wrong %s: %j", (type, field, content) => {
    expect(refusal({ type, content })).toMatchObject({ code: "INVALID_MESSAGE", details: { field } });
  });

  it("renames nothing and demands nothing in custom content", () => {
    const content = { task_id: 1, taskId: { a: [] }, attempt: "often" };
    expect(createMessage({ ...base, content }).content).toEqual(content);
  });

  it.each([undefined, null, "text", 7, [], () => base])("refuses %s as a message", (input) => {
    expect(failure(() => createMessage(input as unknown as MessageInput)).code).toBe("INVALID_MESSAGE");
  });

  it("wraps what a getter, createId or now throws", () => {
    const getter = {
      ...base,
      get priority(): Priority {
        throw new Error("no");
      },
    };
    const throwing = (): never => {
      throw new Error("no");
    };
    expect(failure(() => createMessage(getter)).code).toBe("INVALID_MESSAGE");
    expect(failure(() => createMessage(base, { createId: throwing })).code).toBe("INVALID_MESSAGE");
    expect(failure(() => createMessage(base, { now: throwing })).code).toBe("INVALID_MESSAGE");
  });

  it("checks what createId and now give, as it checks the caller's", () => {
    expect(failure(() => createMessage(base, { createId: () => "" })).details).toEqual({ field: "id" });
    for (const now of [1e15, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(failure(() => createMessage(base, { now: () => now })).code).toBe("INVALID_MESSAGE");
    }
  });

  it("takes the limits it is given", () => {
    const content = { a: { b: { c: {} } } };
    expect(createMessage({ ...base, content }, { limits: { maxDepth: 5 } }).content).toEqual(content);
    expect(failure(() => createMessage({ ...base, content }, { limits: { maxDepth: 4 } })).code).toBe(
      "MESSAGE_TOO_LARGE",
    );
    const large = { ...base, content: { text: "x".repeat(300_000) } };
    expect(failure(() => createMessage(large)).code).toBe("MESSAGE_TOO_LARGE");
    expect(createMessage(large, { limits: { maxMessageBytes: 400_000 } }).content).toEqual(large.content);
  });

  it("has the type's content as its type", () => {
    const assignment = createMessage({ ...base, type: "task_assignment", content: {} });
    expectTypeOf(assignment).toEqualTypeOf<AgentMessage<"task_assignment">>();
    expectTypeOf(assignment.content).toEqualTypeOf<TaskAssignmentContent>();
    expectTypeOf(createMessage(base).type).toEqualTypeOf<"chat.line">();
    expectTypeOf<MessageInput<"heartbeat">["content"]["currentTasks"]>().toEqualTypeOf<number | undefined>();
    // @ts-expect-error a task's id is a text
    expect(() => createMessage({ ...base, type: "task_assignment", content: { taskId: 7 } })).toThrow();
  });
});
