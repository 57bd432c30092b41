// One contract for both ends: input and result are typed where they are written, and validated where they arrive.
// Run it: node 05-typed-tasks.ts
import { strict as assert } from "node:assert";
import { setTimeout } from "node:timers/promises";
import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import { AgentCommError, defineTask } from "@agentcomm/protocol";
import { z } from "zod";
import { openTransport } from "./open-transport.ts";

const reviewText = defineTask({
  type: "review_text",
  input: z.object({ text: z.string().min(1), longest: z.number().int().default(20) }),
  output: z.object({ words: z.number(), tooLong: z.array(z.string()) }),
  requiredCapabilities: ["text.review"],
});

await using transport = openTransport();
await using reviewer = createAgent({ id: "reviewer", transport }); // its capabilities are those of its tasks
reviewer.onTask(reviewText, async ({ text, longest }, context) => {
  const words = text.split(/\s+/);
  context.progress(50, `${words.length} words`);
  if (text.includes("slowly")) await setTimeout(60_000, undefined, { signal: context.signal });
  return { words: words.length, tooLong: words.filter((word) => word.length > longest) };
});
await reviewer.start();

await using coordinator = createCoordinator({ id: "editor", transport });
const task = await coordinator.assignTask(reviewText, { text: "a word and an incomprehensibilities", longest: 12 });
const events: string[] = [];
for await (const { kind } of task) events.push(kind);
const { words, tooLong } = await task.result(); // typed: number and string[]
console.log(words, tooLong, events);
assert.equal(words, 5);
assert.deepEqual(tooLong, ["incomprehensibilities"]);
assert.equal(events.at(-1), "completed");

// What does not fit is refused before anything is sent.
await assert.rejects(coordinator.assignTask(reviewText, { text: "" }), (error) =>
  AgentCommError.is(error, "INVALID_MESSAGE"),
);

// Any process can follow a task by its id, and cancel it; the handler's signal fires.
const slow = await coordinator.assignTask(reviewText, { text: "read this slowly" });
const sameTask = await coordinator.getTask(slow.taskId, reviewText);
assert.equal(await sameTask.cancel("changed my mind"), true);
await assert.rejects(slow.result(), (error) => AgentCommError.is(error, "TASK_CANCELED"));
