import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import {
  createMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE_TYPES,
  taskAssignment,
  taskResponse,
} from "../src/index.js";
import { messageJsonSchema } from "../src/json-schema.js";

const published: object = JSON.parse(
  await readFile(new URL("../schema/agent-message.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(published);

const wire = {
  message_id: "m-1",
  from_agent: "agent_001",
  to_agent: "agent_002",
  message_type: "task_assignment",
  content: { task: "process_data" },
  timestamp: "2024-01-15T10:30:00.123456",
};
const isReadable = (value: unknown): boolean => {
  try {
    decodeMessage(JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

describe("the published JSON Schema", () => {
  it("is what the schemas say now; `pnpm schema` writes it", () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(messageJsonSchema())));
  });

  it("accepts what is sent, of every type", () => {
    const fields = {
      from: "a",
      to: "#b",
      headers: { a: "b" },
      expiresAt: "2024-01-15T10:30:00Z",
      correlationId: "m-0",
    };
    const messages = [
      ...[...MESSAGE_TYPES, "chat.line"].map((type) => createMessage({ ...fields, type, content: {} })),
      taskAssignment({
        ...fields,
        taskId: "t",
        taskType: "x",
        parameters: { a: [1] },
        deadline: "2024-01-15T10:30:00Z",
      }),
      taskResponse({ ...fields, taskId: "t", status: "failed", error: { type: "E", message: "m" }, result: null }),
    ];
    for (const message of messages) {
      expect(validate(JSON.parse(encodeMessage(message))), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it.each<[string, object]>([
    ["the original's first example", {}],
    ["a task_request", { message_type: "task_request", content: { task_id: "t" } }],
    ["an unknown field", { shard: 1 }],
    ["nulls", { priority: null, trace: null, content: { task_id: null, deadline: null } }],
    ["custom content", { message_type: "chat.line", content: { taskId: 7, task_id: {} } }],
    ["a broadcast", { to_agent: "*" }],
  ])("accepts, as decoding does: %s", (_name, change) => {
    const value = { ...wire, ...change };
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(isReadable(value)).toBe(true);
  });

  it.each<[string, object]>([
    ["no id", { message_id: undefined }],
    ["a bad agent id", { from_agent: "a..b" }],
    ["a broadcast's sender", { from_agent: "*" }],
    ["a bad type", { message_type: "TASK" }],
    ["a bad priority", { priority: "HIGH" }],
    ["a bad timestamp", { timestamp: "now" }],
    ["content that is no object", { content: [] }],
    ["a known key of the wrong type", { content: { task_id: 7 } }],
    ["a known key in the spelling of TypeScript", { content: { taskId: "t" } }],
    ["an attempt before the first", { content: { attempt: 0 } }],
    ["parameters that are no object", { content: { parameters: [] } }],
    ["a percentage beyond 100", { message_type: "task_response", content: { completion_percentage: 101 } }],
    ["an unknown status", { message_type: "task_response", content: { status: "done" } }],
    ["headers that are no texts", { headers: { a: 1 } }],
    ["a bad traceparent", { trace: { traceparent: "1" } }],
  ])("refuses, as decoding does: %s", (_name, change) => {
    const value: unknown = JSON.parse(JSON.stringify({ ...wire, ...change }));
    expect(validate(value)).toBe(false);
    expect(isReadable(value)).toBe(false);
  });
});
