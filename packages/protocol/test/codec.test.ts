import { describe, expect, it } from "vitest";
import { encodeInput } from "../src/codec.js";
import { type AgentMessage, createMessage, decodeMessage, encodeMessage } from "../src/index.js";
import { failure } from "./failure.js";

const around = {
  id: "m-1",
  from: "agent_001",
  to: "agent_002",
  priority: "medium",
  timestamp: "2024-01-15T10:30:00.000Z",
};
const wireAround = {
  message_id: "m-1",
  from_agent: "agent_001",
  to_agent: "agent_002",
  message_type: "chat.line",
  content: {},
  priority: "medium",
  timestamp: "2024-01-15T10:30:00.000Z",
};
const decodeWire = (change: object): AgentMessage => decodeMessage(JSON.stringify({ ...wireAround, ...change }));
const unreadable = (change: object) => failure(() => decodeWire(change));
const message = (change: object): AgentMessage =>
  ({ ...around, type: "chat.line", content: {}, ...change }) as AgentMessage;

describe("the wire text", () => {
  it("of the original's first example", () => {
    const input = { ...around, type: "task_assignment", content: { task: "process_data" } } as const;
    const text =
      '{"message_id":"m-1","from_agent":"agent_001","to_agent":"agent_002","message_type":"task_assignment",' +
      '"content":{"task":"process_data","description":"","parameters":{},"required_capabilities":[],"attempt":1},' +
      '"priority":"medium","timestamp":"2024-01-15T10:30:00.000Z"}';
    expect(encodeMessage(createMessage({ ...input, priority: "medium" }))).toBe(text);
    expect(decodeMessage(text)).toEqual(createMessage({ ...input, priority: "medium" }));
  });

  it("of a message with everything around its content", () => {
    const whole = message({
      to: "#news",
      content: { text: "é\n" },
      correlationId: "m-0",
      expiresAt: "2024-01-15T10:31:00Z",
      trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" },
      headers: { taskId: "7" },
    });
    const text =
      '{"message_id":"m-1","from_agent":"agent_001","to_agent":"#news","message_type":"chat.line",' +
      '"content":{"text":"é\\n"},"priority":"medium","timestamp":"2024-01-15T10:30:00.000Z","correlation_id":"m-0",' +
      '"expires_at":"2024-01-15T10:31:00Z","trace":{"traceparent":' +
      '"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tracestate":"a=b"},"headers":{"taskId":"7"}}';
    expect(encodeMessage(whole)).toBe(text);
    expect(decodeMessage(text)).toEqual(whole);
  });

  it.each<[string, object, string]>([
    [
      "task_assignment",
      {
        taskId: "t-1",
        taskType: "review_file",
        description: "d",
        parameters: { filePath: "a", inner: { taskId: 1 } },
        requiredCapabilities: ["code.review"],
        attempt: 2,
        deadline: "2024-01-15T11:00:00Z",
      },
      '{"task_id":"t-1","task_type":"review_file","description":"d","parameters":{"filePath":"a","inner":{"taskId":1}},' +
        '"required_capabilities":["code.review"],"attempt":2,"deadline":"2024-01-15T11:00:00Z"}',
    ],
    [
      "task_response",
      {
        taskId: "t-1",
        attempt: 1,
        status: "completed",
        result: { taskId: [{ errorType: null }] },
        error: { type: "E", message: "m", retryable: true, stack: "s", errorCode: 7 },
        executionTimeMs: 12.5,
        completionPercentage: 100,
      },
      '{"task_id":"t-1","attempt":1,"status":"completed","result":{"taskId":[{"errorType":null}]},' +
        '"error":{"type":"E","message":"m","retryable":true,"stack":"s","errorCode":7},' +
        '"execution_time_ms":12.5,"completion_percentage":100}',
    ],
    [
      "status_update",
      { status: "busy", currentTasks: 1, taskId: "t-1", completionPercentage: 0, detail: "", executionTimeMs: 1 },
      '{"status":"busy","current_tasks":1,"task_id":"t-1","completion_percentage":0,"detail":"","executionTimeMs":1}',
    ],
    [
      "heartbeat",
      { status: "idle", currentTasks: 0, metrics: { currentTasks: 3 } },
      '{"status":"idle","current_tasks":0,"metrics":{"currentTasks":3}}',
    ],
    [
      "error_report",
      { errorType: "E", errorMessage: "m", taskId: "t-1", stack: "s", details: { errorType: 1 } },
      '{"error_type":"E","error_message":"m","task_id":"t-1","stack":"s","details":{"errorType":1}}',
    ],
    [
      "coordination",
      { action: "cancel_task", data: { taskId: "t-1" } },
      '{"action":"cancel_task","data":{"taskId":"t-1"}}',
    ],
    ["chat.line", { taskId: 1, task_id: 2, attempt: "x" }, '{"taskId":1,"task_id":2,"attempt":"x"}'],
  ])("of a %s renames its known keys, and nothing of the user's", (type, content, wire) => {
    const text = encodeMessage(message({ type, content }));
    expect(text).toContain(`"content":${wire},"priority"`);
    expect(decodeMessage(text)).toEqual(message({ type, content }));
  });
});

describe("encodeMessage", () => {
  it("demands what createMessage would have filled in", () => {
    expect(failure(() => encodeMessage(message({ id: undefined }))).details).toEqual({ field: "id" });
    expect(failure(() => encodeMessage(message({ timestamp: undefined }))).details).toEqual({ field: "timestamp" });
  });

  it("refuses what breaks the format, as createMessage does", () => {
    expect(failure(() => encodeMessage(message({ from: "a b" }))).code).toBe("INVALID_AGENT_ID");
    expect(failure(() => encodeMessage(message({ content: { a: Number.POSITIVE_INFINITY } }))).code).toBe(
      "INVALID_MESSAGE",
    );
    expect(failure(() => encodeMessage(null as unknown as AgentMessage)).code).toBe("INVALID_MESSAGE");
    const ring: Record<string, unknown> = {};
    ring.ring = ring;
    expect(failure(() => encodeMessage(message({ content: ring }))).code).toBe("INVALID_MESSAGE");
  });

  it("lets through what has exactly the allowed size and depth, in bytes of UTF-8", () => {
    const envelope = Buffer.byteLength(encodeMessage(message({ content: { text: "" } })));
    const room = 1_000 - envelope;
    const limits = { maxMessageBytes: 1_000, maxDepth: 4 };
    const fits = message({ content: { text: "é".repeat(Math.floor(room / 2)) } });
    expect(decodeMessage(encodeMessage(fits, limits), limits)).toEqual(fits);
    const over = message({ content: { text: "é".repeat(Math.floor(room / 2) + 1) } });
    expect(failure(() => encodeMessage(over, limits)).code).toBe("MESSAGE_TOO_LARGE");
    expect(failure(() => decodeMessage(encodeMessage(over), limits)).code).toBe("MESSAGE_TOO_LARGE");
    const deep = message({ content: { a: { b: {} } } });
    expect(decodeMessage(encodeMessage(deep, limits), limits)).toEqual(deep);
    const deeper = message({ content: { a: { b: { c: {} } } } });
    expect(failure(() => encodeMessage(deeper, limits)).code).toBe("MESSAGE_TOO_LARGE");
    expect(failure(() => decodeMessage(encodeMessage(deeper), limits)).code).toBe("MESSAGE_TOO_LARGE");
  });

  it("refuses limits that are none", () => {
    expect(failure(() => encodeMessage(message({}), { maxDepth: Number.NaN })).code).toBe("INVALID_OPTIONS");
    expect(failure(() => decodeMessage("{}", { maxMessageBytes: -1 })).code).toBe("INVALID_OPTIONS");
  });
});

describe("encodeInput", () => {
  it("writes what createMessage and encodeMessage write", () => {
    const input = { from: "a", to: "b", type: "task_assignment", content: { taskId: "t", extra: [1] } } as const;
    const fixed = { createId: () => "id-1", now: () => 0 };
    const { text, message: sent } = encodeInput(input, fixed);
    expect(text).toBe(encodeMessage(createMessage(input, fixed)));
    expect(sent).toMatchObject({ id: "id-1", from: "a", to: "b", priority: "medium" });
  });
});

describe("decodeMessage", () => {
  it("reads bytes as it reads text", () => {
    const text = JSON.stringify({ ...wireAround, content: { text: "é𝄞" } });
    expect(decodeMessage(Buffer.from(text))).toEqual(decodeMessage(text));
    expect(decodeMessage(text).content).toEqual({ text: "é𝄞" });
  });

  it("fills in what old writers left out", () => {
    expect(decodeWire({ priority: undefined }).priority).toBe("medium");
    expect(decodeWire({ message_type: "task_assignment" }).content).toEqual({
      description: "",
      parameters: {},
      requiredCapabilities: [],
      attempt: 1,
    });
    expect(decodeWire({ message_type: "task_response" }).content).toEqual({ attempt: 1 });
    expect(decodeWire({ message_type: "heartbeat" }).content).toEqual({});
  });

  it("reads task_request, the older name, as task_assignment, its keys renamed", () => {
    const read = decodeWire({ message_type: "task_request", content: { task_id: "t-1", attempt: 2 } });
    expect(read).toMatchObject({ type: "task_assignment", content: { taskId: "t-1", attempt: 2, parameters: {} } });
    expect(encodeMessage(read)).toContain('"message_type":"task_assignment"');
  });

  it.each(["2024-01-15T10:30:00.123456", "2024-01-15T10:30:00Z", "2024-01-15T12:30:00+02:00", "20240115T103000Z"])(
    "takes the timestamp %s and keeps its text",
    (timestamp) => {
      expect(decodeWire({ timestamp, expires_at: timestamp })).toMatchObject({ timestamp, expiresAt: timestamp });
    },
  );

  it("ignores unknown fields at the top level, and passes unknown keys of content on", () => {
    const read = decodeWire({
      message_type: "status_update",
      shard: 7,
      content: { status: "idle", mood: { good: [true, null] }, taskid: "next" },
      trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", flags: 1 },
    });
    expect(read).toEqual(
      message({
        type: "status_update",
        content: { status: "idle", mood: { good: [true, null] }, taskid: "next" },
        trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
      }),
    );
  });

  it("takes null as left out, where that is allowed, as writers of other languages put it", () => {
    const nulls = { priority: null, correlation_id: null, expires_at: null, trace: null, headers: null };
    expect(decodeWire(nulls)).toEqual(message({}));
    const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: null };
    expect(decodeWire({ trace }).trace).toEqual({ traceparent: trace.traceparent });
    const response = {
      task_id: null,
      attempt: null,
      status: "failed",
      result: null,
      error: { type: "E", message: "m", retryable: null, stack: null },
      execution_time_ms: null,
    };
    expect(decodeWire({ message_type: "task_response", content: response }).content).toEqual({
      attempt: 1,
      status: "failed",
      result: null,
      error: { type: "E", message: "m" },
    });
  });

  it.each(Object.keys(wireAround).filter((field) => field !== "priority"))("demands %s", (field) => {
    expect(unreadable({ [field]: undefined })).toMatchObject({ code: "INVALID_MESSAGE", details: { field } });
    expect(unreadable({ [field]: null })).toMatchObject({ code: "INVALID_MESSAGE", details: { field } });
  });

  it.each<[string, object]>([
    ["message_id", { message_id: "x".repeat(129) }],
    ["from_agent", { from_agent: "../etc/passwd" }],
    ["from_agent", { from_agent: "*" }],
    ["to_agent", { to_agent: "a{b}" }],
    ["message_type", { message_type: "TASK_ASSIGNMENT" }],
    ["content", { content: [] }],
    ["priority", { priority: "HIGH" }],
    ["priority", { priority: 2 }],
    ["timestamp", { timestamp: 1_700_000_000 }],
    ["timestamp", { timestamp: "2024-02-30T00:00:00Z" }],
    ["correlation_id", { correlation_id: "" }],
    ["expires_at", { expires_at: "never" }],
    ["trace.traceparent", { trace: { traceparent: "1" } }],
    ["headers.a", { headers: { a: 1 } }],
    ["content.task_id", { message_type: "task_assignment", content: { task_id: 7 } }],
    ["content.attempt", { message_type: "task_request", content: { attempt: 0 } }],
    [
      "content.required_capabilities[1]",
      { message_type: "task_assignment", content: { required_capabilities: ["a", 1] } },
    ],
    ["content.error.message", { message_type: "task_response", content: { error: { type: "a" } } }],
    ["content.status", { message_type: "task_response", content: { status: "done" } }],
    ["content.metrics", { message_type: "heartbeat", content: { metrics: [] } }],
  ])("refuses a wrong %s, naming it: %j", (field, change) => {
    const error = unreadable(change);
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", details: { field } });
    expect(error.message.startsWith(field)).toBe(true);
  });

  it("refuses the spelling of TypeScript in built-in content, so that neither of two spellings gets lost", () => {
    for (const content of [{ taskId: "a" }, { taskId: "a", task_id: "b" }]) {
      const error = unreadable({ message_type: "task_assignment", content });
      expect(error).toMatchObject({ code: "INVALID_MESSAGE", details: { field: "content.taskId" } });
      expect(error.message).toContain("spelled task_id");
    }
  });

  it.each(["null", "7", '"text"', "[]", "true"])("refuses %s, which is no object", (text) => {
    expect(failure(() => decodeMessage(text))).toMatchObject({
      code: "INVALID_MESSAGE",
      details: { field: "message" },
    });
  });

  it("gives a message that can be awaited: nothing in it is thenable", async () => {
    const trap = JSON.parse('{"then":{"then":"x"}}');
    const read = decodeWire({ ...trap, content: trap });
    expect(read.content).toEqual(trap);
    expect(await read).toBe(read);
    expect(await read.content).toBe(read.content);
  });
});
