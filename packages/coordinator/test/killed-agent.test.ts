import { openStore } from "@agentcomm/test-transports";
import { expect, test } from "vitest";
import { startChild } from "./child/start-child.js";
import { LIVENESS, openCoordinator, openWorker } from "./open-coordinator.js";

test("an agent process killed at work: its tasks go to another within its liveness limit", async () => {
  await using store = await openStore("redis");
  await using child = startChild("agent-child", store.env);
  await child.said("started");
  await using coordinator = openCoordinator(store);
  const tasks = await Promise.all(Array.from({ length: 20 }, () => coordinator.assignTask({ taskType: "work" })));
  await child.said("working");
  await using _worker = await openWorker(store, {
    id: "alive",
    maxConcurrentTasks: 20,
    tasks: { work: () => ({ by: "alive" }) },
  });
  child.process.kill("SIGKILL");
  const killedAt = performance.now();
  for (const task of tasks) expect(await task.result()).toEqual({ by: "alive" });
  expect(performance.now() - killedAt).toBeLessThan(LIVENESS.offlineAfterMs + 1_000);
  for (const task of tasks) {
    expect((await task.status()).attempts).toMatchObject([
      { agentId: "killed", outcome: "lost" },
      { agentId: "alive", outcome: "completed" },
    ]);
  }
});
