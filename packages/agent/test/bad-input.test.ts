import { openStore } from "@agentcomm/test-transports";
import { expect, test } from "vitest";
import { createAgent } from "../src/index.js";
import { openAgent } from "./open-agent.js";

test.each([
  [{ id: "a/b" }, "INVALID_AGENT_ID", "id"],
  [{ transport: undefined }, "INVALID_OPTIONS", "transport"],
  [{ registry: {} }, "INVALID_OPTIONS", "registry"],
  [{ maxConcurrentTasks: -1 }, "INVALID_OPTIONS", "maxConcurrentTasks"],
  [{ maxConcurrentTasks: 9_000 }, "INVALID_OPTIONS", "maxConcurrentTasks"],
  [{ heartbeatIntervalMs: 0 }, "INVALID_OPTIONS", "heartbeatIntervalMs"],
  [{ leaseMs: 0 }, "INVALID_OPTIONS", "leaseMs"],
  [{ log: {} }, "INVALID_OPTIONS", "log.debug"],
  [{ onError: "x" }, "INVALID_OPTIONS", "onError"],
  [{ clock: {} }, "INVALID_OPTIONS", "clock"],
  [{ random: 5 }, "INVALID_OPTIONS", "random"],
  [{ createId: "x" }, "INVALID_OPTIONS", "createId"],
])("the option in %j is refused by name", async (options, code, name) => {
  await using store = await openStore("memory");
  const create = () => createAgent({ id: "worker", transport: store.transport(), ...options } as never);
  expect(create).toThrow(expect.objectContaining({ code, message: expect.stringContaining(name) }));
});

test("no options at all are refused, and such as cannot be read", async () => {
  await using store = await openStore("memory");
  const throwing = Object.defineProperty({ id: "worker", transport: store.transport() }, "role", {
    enumerable: true,
    get() {
      throw null;
    },
  });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const options of [undefined, null, throwing, proxy]) {
    expect(() => createAgent(options as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS" }));
  }
  await using agent = openAgent(store);
  expect(() => agent.onTask(proxy as never, () => {})).toThrow(expect.objectContaining({ code: "INVALID_OPTIONS" }));
  await agent.start();
  const message = { type: "note", content: {} };
  await expect(agent.request("other", message, null as never)).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  await expect(agent.stop(null as never)).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
});

test("what the registry or the mailbox refuses makes the start reject", async () => {
  await using store = await openStore("memory");
  await using capable = openAgent(store, { capabilities: [""] });
  await expect(capable.start()).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  await using topical = openAgent(store, { topics: ["#news"] });
  await expect(topical.start()).rejects.toMatchObject({ code: "INVALID_AGENT_ID" });
});

test("a second handler for a type, one that is no function, and one that comes too late are refused", async () => {
  await using store = await openStore("memory");
  await using agent = openAgent(store);
  const refused = (text: string) =>
    expect.objectContaining({ code: "INVALID_OPTIONS", message: expect.stringContaining(text) });
  agent.onTask("work", () => {});
  agent.onMessage("note", () => {});
  expect(() => agent.onTask("work", () => {})).toThrow(refused("has a handler already"));
  expect(() => agent.onMessage("note", () => {})).toThrow(refused("has a handler already"));
  expect(() => agent.onTask("other", undefined as never)).toThrow(refused("give a function"));
  expect(() => agent.onTask(undefined as never, () => {})).toThrow(refused("give a type"));
  expect(() => agent.onMessage("task_assignment", () => {})).toThrow(refused("onTask"));
  await agent.start();
  expect(() => agent.onTask("late", () => {})).toThrow(refused("was started already"));
  agent.onMessage("late", () => {});
});

test("what cannot be sent is refused with an AgentCommError", async () => {
  await using store = await openStore("memory");
  await using agent = openAgent(store);
  await agent.start();
  const unreadable = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error("hands off");
      },
    },
  );
  for (const message of [
    undefined,
    null,
    "text",
    unreadable,
    {},
    { type: "note" },
    { type: "no spaces", content: {} },
  ]) {
    await expect(agent.send("other", message as never)).rejects.toMatchObject({ code: "INVALID_MESSAGE" });
    await expect(agent.request("other", message as never)).rejects.toMatchObject({ code: "INVALID_MESSAGE" });
  }
  await expect(agent.send("no/slash", { type: "note", content: {} })).rejects.toMatchObject({
    code: "INVALID_AGENT_ID",
  });
  await expect(agent.request("*", { type: "note", content: {} })).rejects.toMatchObject({ code: "INVALID_AGENT_ID" });
  const request = agent.request("other", { type: "note", content: {} }, { timeoutMs: 0 });
  await expect(request).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  await expect(agent.stop({ drainMs: -1 })).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
});

test("an answer's id fits, whatever id its question has", async () => {
  await using store = await openStore("memory");
  await using asker = openAgent(store, { id: "asker" });
  await using answerer = openAgent(store, { id: "answerer" });
  answerer.onMessage("question", () => ({ heard: true }));
  await Promise.all([asker.start(), answerer.start()]);
  const request = asker.request("answerer", { id: "x".repeat(128), type: "question", content: {} });
  expect(await request).toEqual({ heard: true });
});
