import { defineMessage, defineTask } from "@agentcomm/protocol";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Agent, TaskContext } from "../src/index.js";

const review = defineTask({
  type: "review",
  input: z.object({ path: z.string(), depth: z.number().default(3) }),
  output: z.object({ findings: z.array(z.string()), score: z.number().default(0) }),
});
const note = defineMessage({
  type: "note",
  content: z.object({ text: z.string(), tags: z.array(z.string()).default([]) }),
});

test("handlers are typed by their definitions", () => {
  // Never called: only its types are of interest.
  const use = (agent: Agent): void => {
    agent.onTask(review, (input, context) => {
      expectTypeOf(input).toEqualTypeOf<{ path: string; depth: number }>();
      expectTypeOf(context).toEqualTypeOf<TaskContext>();
      return { findings: [] };
    });
    // @ts-expect-error a result that the definition does not allow
    agent.onTask(review, () => ({ findings: "none" }));
    agent.onMessage(note, ({ content, type, from }) => {
      expectTypeOf(content).toEqualTypeOf<{ text: string; tags: string[] }>();
      expectTypeOf(type).toEqualTypeOf<"note">();
      expectTypeOf(from).toEqualTypeOf<string>();
    });
    agent.onMessage("coordination", ({ content }) => {
      expectTypeOf(content.action).toEqualTypeOf<string | undefined>();
    });
  };
  expectTypeOf(use).returns.toBeVoid();
});
