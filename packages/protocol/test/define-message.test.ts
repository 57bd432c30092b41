import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { type AgentMessage, createMessage, decodeMessage, defineMessage, encodeMessage } from "../src/index.js";
import { failure, rejection } from "./failure.js";

const chatLine = defineMessage({
  type: "chat.line",
  content: z.object({ text: z.string(), mood: z.string().default("calm") }),
});
const fields = { from: "agent_001", to: "#room" } as const;

describe("a defined message", () => {
  it("is built, sent, read: typed and validated at both ends", async () => {
    const message = await chatLine.create({ ...fields, content: { text: "hi" } }, { createId: () => "id-1" });
    expect(message).toMatchObject({ id: "id-1", ...fields, type: "chat.line", priority: "medium" });
    const content = await chatLine.read(decodeMessage(encodeMessage(message)));
    expect(content).toEqual({ text: "hi", mood: "calm" });
    expectTypeOf(message).toEqualTypeOf<AgentMessage<"chat.line">>();
    expectTypeOf(content).toEqualTypeOf<{ text: string; mood: string }>();
  });

  it("travels as it was given, before defaults and transformations", async () => {
    const message = await chatLine.create({ ...fields, content: { text: "hi" } });
    expect(message.content).toEqual({ text: "hi" });
  });

  it("is not built with content that the schema refuses", async () => {
    // @ts-expect-error a text is demanded
    expect(await rejection(chatLine.create({ ...fields, content: { text: 7 } }))).toMatchObject({
      code: "INVALID_MESSAGE",
      details: { field: "content.text" },
    });
  });

  it("is not built with anything that createMessage refuses", async () => {
    expect((await rejection(chatLine.create({ from: "a b", to: "b", content: { text: "hi" } }))).code).toBe(
      "INVALID_AGENT_ID",
    );
    expect((await rejection(chatLine.create(null as never))).code).toBe("INVALID_MESSAGE");
    const anything = defineMessage({ type: "any.thing", content: z.unknown() });
    for (const content of ["text", 7n, undefined, { a: () => 7 }]) {
      expect((await rejection(anything.create({ ...fields, content }))).code).toBe("INVALID_MESSAGE");
    }
  });

  it("is not read from a message of another type, or with other content", async () => {
    const other = createMessage({ ...fields, type: "chat.other", content: { text: "hi" } });
    expect(chatLine.matches(other)).toBe(false);
    expect((await rejection(chatLine.read(other))).message).toBe('type is "chat.other", not "chat.line"');
    const empty = createMessage({ ...fields, type: "chat.line", content: {} });
    expect(chatLine.matches(empty)).toBe(true);
    expect((await rejection(chatLine.read(empty))).details).toMatchObject({ field: "content.text" });
  });
});

describe("defineMessage", () => {
  it.each(["task_assignment", "task_request", "heartbeat", "Chat", "", 7])("refuses the type %s", (type) => {
    expect(failure(() => defineMessage({ type: type as string, content: z.unknown() }))).toMatchObject({
      code: "INVALID_OPTIONS",
      details: { option: "type" },
    });
  });

  it("refuses content that is no schema, and options that are none", () => {
    expect(failure(() => defineMessage({ type: "a", content: {} as never })).details).toEqual({ option: "content" });
    expect(failure(() => defineMessage(null as never)).code).toBe("INVALID_OPTIONS");
  });
});
