import { expect, expectTypeOf, it } from "vitest";
import { type AgentMessage, createMessage, isMessageOfType, type TaskAssignmentContent } from "../src/index.js";

it("a message of a built-in type shows its content's shape to who asked for the type", () => {
  const message: AgentMessage = createMessage({
    from: "a",
    to: "b",
    type: "task_assignment",
    content: { taskId: "t" },
  });
  if (!isMessageOfType(message, "task_assignment")) return expect.unreachable();
  expectTypeOf(message.content).toEqualTypeOf<TaskAssignmentContent>();
  expect(message.content.taskId).toBe("t");
  expect(isMessageOfType(message, "heartbeat")).toBe(false);
});
