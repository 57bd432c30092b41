import { taskResponse } from "@agentcomm/protocol";
import { createRegistry } from "@agentcomm/registry";
import { openStore, type Store, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { finishedRecord, gate, LIVENESS, openCoordinator, openWorker, recordsOf } from "./open-coordinator.js";

/** An agent that registered and then fell silent: it neither beats nor reads its mailbox. */
async function openSilentAgent(store: Store, id: string) {
  const transport = store.transport();
  const registry = createRegistry({ transport, ...LIVENESS });
  await registry.registerAgent({ id, maxConcurrentTasks: 10 });
  return { transport, registry };
}

describe.each(transportKinds)("on %s", (kind) => {
  test("a lost agent's tasks go to another within its liveness limit", async () => {
    await using store = await openStore(kind);
    const silentSince = performance.now();
    const silent = await openSilentAgent(store, "silent");
    await using coordinator = openCoordinator(store);
    const tasks = await Promise.all(Array.from({ length: 5 }, () => coordinator.assignTask({ taskType: "work" })));
    await using _worker = await openWorker(store, {
      id: "alive",
      liveness: LIVENESS,
      maxConcurrentTasks: 10,
      tasks: { work: () => ({ by: "alive" }) },
    });
    for (const task of tasks) expect(await task.result()).toEqual({ by: "alive" });
    expect(performance.now() - silentSince).toBeLessThan(LIVENESS.offlineAfterMs + 1_000);
    for (const task of tasks) {
      expect((await task.status()).attempts).toMatchObject([
        { attempt: 1, agentId: "silent", outcome: "lost", error: { type: "agent_lost" } },
        { attempt: 2, agentId: "alive", outcome: "completed" },
      ]);
    }
    await silent.registry.close();
  });

  test("an old attempt's answer is refused and changes nothing, before and after the task's end", async () => {
    await using store = await openStore(kind);
    const silent = await openSilentAgent(store, "silent");
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const { taskId } = task;
    const done = gate();
    await using _worker = await openWorker(store, {
      id: "alive",
      liveness: LIVENESS,
      tasks: { work: () => done.opened.then(() => ({ by: "alive" })) },
    });
    await expect.poll(async () => (await task.status()).attempts.at(-1)?.agentId).toBe("alive");
    const answer = (id: string) =>
      silent.transport.send(
        taskResponse({ id, from: "silent", to: "boss", taskId, attempt: 1, status: "completed", result: "stale" }),
      );
    await answer("late-1");
    await expect.poll(async () => (await coordinator.getCoordinationStats()).refusedAnswers).toBe(1);
    expect(["assigned", "running"]).toContain((await task.status()).state);
    done.open();
    expect(await task.result()).toEqual({ by: "alive" });
    await expect.poll(() => finishedRecord(coordinator.transport, taskId)).toBeDefined();
    const before = await recordsOf(coordinator.transport, taskId);
    await answer("late-2");
    await expect.poll(async () => (await coordinator.getCoordinationStats()).refusedAnswers).toBe(2);
    expect(await recordsOf(coordinator.transport, taskId)).toEqual(before);
    await silent.registry.close();
  });

  test("an agent that comes back does not start what was given away", async () => {
    await using store = await openStore(kind);
    const silent = await openSilentAgent(store, "silent");
    await using coordinator = openCoordinator(store);
    const task = await coordinator.assignTask({ taskType: "work" });
    const done = gate();
    const runs: string[] = [];
    await using _worker = await openWorker(store, {
      id: "alive",
      liveness: LIVENESS,
      tasks: {
        work: async () => {
          runs.push("alive");
          await done.opened;
        },
      },
    });
    await expect.poll(() => runs).toEqual(["alive"]);
    await silent.registry.close();
    await using back = await openWorker(store, {
      id: "silent",
      liveness: LIVENESS,
      tasks: {
        work: () => {
          runs.push("silent");
        },
      },
    });
    // It has read its mailbox once the assignment that lay there is gone.
    await expect
      .poll(async () => {
        const { mailboxes } = await back.transport.stats();
        const box = mailboxes.find(({ agentId }) => agentId === "silent");
        return box && box.ready + box.inFlight + box.delayed + box.dead;
      })
      .toBe(0);
    done.open();
    expect(await task.result()).toBeNull();
    expect(runs).toEqual(["alive"]);
    // What is its own it starts.
    const other = await coordinator.assignTask({ taskType: "work", requiredCapabilities: [] });
    await other.result();
    expect(runs).toHaveLength(2);
  });

  test("a task that loses every agent it is given to has failed", async () => {
    await using store = await openStore(kind);
    const silent = await Promise.all(["s1", "s2"].map((id) => openSilentAgent(store, id)));
    await using coordinator = openCoordinator(store, { maxRetries: 1 });
    const task = await coordinator.assignTask({ taskType: "work" });
    // The second one outlives the first, and is lost as well.
    await silent[1]?.registry.updateHeartbeat("s2");
    const beat = setInterval(() => void silent[1]?.registry.updateHeartbeat("s2"), LIVENESS.heartbeatIntervalMs);
    await expect.poll(async () => (await task.status()).attempts.length, { timeout: 3_000 }).toBe(2);
    clearInterval(beat);
    await expect(task.result()).rejects.toMatchObject({
      code: "TASK_FAILED",
      details: { error: { type: "agent_lost" } },
    });
    await Promise.all(silent.map(({ registry }) => registry.close()));
  });

  test("an agent that stops in good order has its answers counted, and hands the rest on", async () => {
    await using store = await openStore(kind);
    const leaving = await openWorker(store, {
      id: "leaving",
      maxConcurrentTasks: 5,
      tasks: { work: () => ({ by: "leaving" }) },
    });
    await using coordinator = openCoordinator(store);
    const tasks = await Promise.all(Array.from({ length: 20 }, () => coordinator.assignTask({ taskType: "work" })));
    const stopped = leaving.stop();
    await using _next = await openWorker(store, {
      id: "next",
      maxConcurrentTasks: 5,
      tasks: { work: () => ({ by: "next" }) },
    });
    const results = await Promise.all(tasks.map((task) => task.result()));
    await stopped;
    const statuses = await Promise.all(tasks.map((task) => task.status()));
    for (const [index, { attempts }] of statuses.entries()) {
      expect(results[index]).toEqual({ by: attempts.at(-1)?.agentId });
      expect(attempts.filter(({ outcome }) => outcome === "completed")).toHaveLength(1);
      expect(attempts.map(({ outcome }) => outcome)).not.toContain("lost");
    }
  });
});
