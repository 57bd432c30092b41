import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { openCoordinator, openWorker } from "./open-coordinator.js";

describe.each(transportKinds)("on %s", (kind) => {
  test("polled, a coordinator does all it does by itself otherwise, and counts what it handled", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, {
      maxConcurrentTasks: 2,
      tasks: {
        work: ({ n }, { attempt }) => {
          if (n === 3 && attempt === 1) throw new Error("once");
          return { n: n as number };
        },
      },
    });
    await using coordinator = openCoordinator(store);
    expect(await coordinator.processIncomingMessages()).toBe(0);
    const tasks = [];
    for (let n = 1; n <= 6; n++) {
      tasks.push(await coordinator.assignTask({ taskType: "work", parameters: { n } }));
    }
    const results = Promise.all(tasks.map((task) => task.result()));
    let handled = 0;
    await expect
      .poll(async () => {
        handled += await coordinator.processIncomingMessages({ limit: 3 });
        return handled;
      })
      .toBe(7);
    expect(await results).toEqual([1, 2, 3, 4, 5, 6].map((n) => ({ n })));
  });

  test("polled, nothing happens between the polls: an answer that came in time is not found too late", async () => {
    await using store = await openStore(kind);
    let answered = false;
    await using worker = await openWorker(store, {
      tasks: {
        work: () => {
          answered = true;
          return { ok: true };
        },
      },
    });
    await using coordinator = openCoordinator(store, { attemptTimeoutMs: 100, maxRetries: 0 });
    await coordinator.processIncomingMessages();
    const task = await coordinator.assignTask({ taskType: "work" });
    await expect.poll(() => answered).toBe(true);
    const { attempts } = await task.status();
    const deadline = (attempts[0]?.assignedAt ?? 0) + 100;
    await expect.poll(() => Date.now()).toBeGreaterThan(deadline + 50);
    expect((await task.status()).state).toBe("assigned");
    await expect.poll(() => coordinator.processIncomingMessages()).toBe(1);
    expect(await task.result()).toEqual({ ok: true });
    await worker.stop();
  });

  test("polled, what fell due is done at the poll", async () => {
    await using store = await openStore(kind);
    await using coordinator = openCoordinator(store, { whenNoAgent: "wait" });
    await coordinator.processIncomingMessages();
    const task = await coordinator.assignTask({ taskType: "work" }, { taskTimeoutMs: 50 });
    const ended = expect(task.result()).rejects.toMatchObject({ code: "TASK_TIMEOUT" });
    await expect
      .poll(async () => {
        await coordinator.processIncomingMessages();
        return (await task.status()).state;
      })
      .toBe("expired");
    await ended;
  });

  test("who assigns first and polls then gets every message counted", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { maxConcurrentTasks: 5, tasks: { work: () => ({ ok: true }) } });
    await using coordinator = openCoordinator(store);
    const tasks = await Promise.all(Array.from({ length: 5 }, () => coordinator.assignTask({ taskType: "work" })));
    const results = Promise.all(tasks.map((task) => task.result()));
    let handled = 0;
    await expect
      .poll(async () => {
        handled += await coordinator.processIncomingMessages();
        return handled;
      })
      .toBe(5);
    expect(await results).toHaveLength(5);
  });

  test("started, it goes on by itself also when somebody polls", async () => {
    await using store = await openStore(kind);
    await using _worker = await openWorker(store, { tasks: { work: () => ({ ok: true }) } });
    await using coordinator = openCoordinator(store);
    await coordinator.start();
    expect(await coordinator.processIncomingMessages()).toBe(0);
    expect(await (await coordinator.assignTask({ taskType: "work" })).result()).toEqual({ ok: true });
  });

  test("a wrong limit is refused", async () => {
    await using store = await openStore(kind);
    await using coordinator = openCoordinator(store);
    await expect(coordinator.processIncomingMessages({ limit: 0 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  });
});
