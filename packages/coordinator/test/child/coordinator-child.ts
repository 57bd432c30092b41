/** A coordinator in a process of its own. It assigns the tasks that it is told, and dies where it is told. */
import { AgentCommError } from "@agentcomm/protocol";
import { joinStore } from "@agentcomm/test-transports";
import { createCoordinator } from "../../src/index.js";
import { crashingTransport } from "./crash-points.js";
import { CRASH_TASKS } from "./crash-tasks.js";

const { CRASH_POINT: point = "", CRASH_SIDE: side = "before", ASSIGN: assign = "yes" } = process.env;
const store = await joinStore();
const plain = store.transport();
const transport = point === "" ? plain : crashingTransport(plain, point, side as "before" | "after");
const coordinator = createCoordinator({
  id: "boss",
  transport,
  leaseMs: 500,
  retryBackoff: { minMs: 10, maxMs: 20 },
  onError: (error) => console.error(error),
});
await coordinator.start();
console.log("started");

if (assign === "yes") {
  await Promise.all(
    CRASH_TASKS.map(async ({ request, options, isCanceled }) => {
      try {
        const task = await coordinator.assignTask(request, options);
        if (!isCanceled) return;
        for await (const { kind } of task) if (kind === "running") await task.cancel("not needed");
      } catch (error) {
        if (!AgentCommError.is(error, "TASK_EXISTS")) throw error;
      }
    }),
  );
}
