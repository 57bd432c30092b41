import { defineMessage } from "@agentcomm/protocol";
import { openStore, transportKinds } from "@agentcomm/test-transports";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aborted, gate, isEmpty, openAgent, openBoss } from "./open-agent.js";

const question = defineMessage({ type: "question", content: z.object({ n: z.number(), add: z.number().default(1) }) });

describe.each(transportKinds)("on %s", (kind) => {
  test("a request resolves to what the other's handler returns", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    await using answerer = openAgent(store, { id: "answerer" });
    answerer.onMessage("question", async (message, { attempt }) => ({
      from: message.from,
      attempt,
      twice: message.content,
    }));
    await Promise.all([asker.start(), answerer.start()]);
    const answer = await asker.request("answerer", { type: "question", content: { n: 1 }, priority: "high" });
    expect(answer).toEqual({ from: "asker", attempt: 1, twice: { n: 1 } });
    await expect.poll(() => isEmpty(asker.transport, "asker")).toBe(true);
    await expect.poll(() => isEmpty(asker.transport, "answerer")).toBe(true);
  });

  test("200 requests at once each get their own answer", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    await using answerer = openAgent(store, { id: "answerer" });
    answerer.onMessage("question", ({ content }) => ({ n: content.n as number }));
    await Promise.all([asker.start(), answerer.start()]);
    const asked = Array.from({ length: 200 }, (_, n) =>
      asker.request("answerer", { type: "question", content: { n } }),
    );
    expect(await Promise.all(asked)).toEqual(asked.map((_, n) => ({ n })));
  });

  test("an agent with limit 1 whose handler asks a peer gets its answer, and hears a cancel while it works", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store, { maxConcurrentTasks: 1 });
    await using peer = openAgent(store, { id: "peer" });
    peer.onMessage("question", () => ({ answer: 42 }));
    const answered = gate<unknown>();
    agent.onTask("work", async (_, { signal }) => {
      answered.open(await agent.request("peer", { type: "question", content: {} }));
      return (await aborted(signal)).code;
    });
    await Promise.all([agent.start(), peer.start()]);
    await boss.assign("t1");
    expect(await answered.opened).toEqual({ answer: 42 });
    await boss.assign("t2");
    await expect
      .poll(() => boss.responses())
      .toMatchObject([{ taskId: "t2", status: "rejected", error: { type: "busy" } }]);
    await boss.cancel("t1");
    await expect.poll(() => boss.responses()[1]).toMatchObject({ taskId: "t1", status: "canceled" });
  });

  test("two agents whose handlers ask each other do not block each other", async () => {
    await using store = await openStore(kind);
    await using a = openAgent(store, { id: "a" });
    await using b = openAgent(store, { id: "b" });
    a.onMessage("down", async ({ content }) => {
      const left = content.left as number;
      return left === 0 ? { end: "a" } : await a.request("b", { type: "down", content: { left: left - 1 } });
    });
    b.onMessage("down", async ({ content }) => {
      const left = content.left as number;
      return left === 0 ? { end: "b" } : await b.request("a", { type: "down", content: { left: left - 1 } });
    });
    await Promise.all([a.start(), b.start()]);
    expect(await a.request("b", { type: "down", content: { left: 9 } })).toEqual({ end: "a" });
  });

  test("a handler that throws makes the request reject with its error", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    await using answerer = openAgent(store, { id: "answerer" });
    answerer.onMessage("question", ({ content }) => {
      if (content.what === "null") throw null;
      if (content.what === "number") return 7;
      if (content.what === "bigint") return { n: 1n };
      if (content.what === "nothing") return undefined;
      throw new RangeError("too far");
    });
    await Promise.all([asker.start(), answerer.start()]);
    const ask = (what: string) => asker.request("answerer", { type: "question", content: { what } });
    await expect(ask("error")).rejects.toMatchObject({
      code: "HANDLER_FAILED",
      message: "too far",
      details: { agentId: "answerer", errorType: "RangeError" },
    });
    await expect(ask("null")).rejects.toMatchObject({ code: "HANDLER_FAILED", message: "null" });
    await expect(ask("number")).rejects.toMatchObject({ details: { errorType: "invalid_answer" } });
    await expect(ask("bigint")).rejects.toMatchObject({ details: { errorType: "invalid_answer" } });
    expect(await ask("nothing")).toEqual({});
    expect(answerer.reported).toEqual([]);
  });

  test("a typed message's content is validated and filled in before its handler runs", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    await using answerer = openAgent(store, { id: "answerer" });
    answerer.onMessage(question, ({ content }) => ({ sum: content.n + content.add }));
    await Promise.all([asker.start(), answerer.start()]);
    expect(await asker.request("answerer", { type: "question", content: { n: 1 } })).toEqual({ sum: 2 });
    await expect(asker.request("answerer", { type: "question", content: { n: "1" } })).rejects.toMatchObject({
      code: "HANDLER_FAILED",
      message: expect.stringContaining("content.n"),
      details: { errorType: "invalid_content" },
    });
    await asker.send("answerer", { type: "question", content: {} });
    await expect.poll(() => asker.transport.deadLetters("answerer")).toMatchObject([{ reason: "rejected" }]);
  });

  test("nobody answers: the request rejects with TIMEOUT, is not handled later, and its late answer is no question", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    const asked: unknown[] = [];
    asker.onMessage("question", ({ content }) => void asked.push(content));
    await asker.start();
    const request = asker.request("absent", { type: "question", content: { n: 1 } }, { timeoutMs: 150 });
    await expect(request).rejects.toMatchObject({ code: "TIMEOUT", retryable: true, outcome: "unknown" });

    await using absent = openAgent(store, { id: "absent" });
    const handled: unknown[] = [];
    absent.onMessage("question", ({ content }) => void handled.push(content));
    await absent.start();
    await expect.poll(() => asker.transport.deadLetters("absent")).toMatchObject([{ reason: "expired" }]);
    expect(handled).toEqual([]);

    const late = { id: "response-q1", correlationId: "q1", from: "absent", to: "asker", type: "question", content: {} };
    await absent.transport.send(late);
    await expect.poll(() => isEmpty(asker.transport, "asker")).toBe(true);
    expect(asked).toEqual([]);
  });

  test("only the one who was asked can answer", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    await asker.start();
    const request = asker.request("slow", { id: "q1", type: "question", content: {} }, { timeoutMs: 5_000 });
    const other = store.transport();
    const answer = { correlationId: "q1", to: "asker", type: "question" };
    await other.send({ ...answer, id: "response-q1", from: "intruder", content: { by: "intruder" } });
    await expect.poll(() => isEmpty(other, "asker")).toBe(true);
    await other.send({ ...answer, id: "response-q1", from: "slow", content: { by: "slow" } });
    expect(await request).toEqual({ by: "slow" });
  });

  test("a request ends with its signal, and with its agent", async () => {
    await using store = await openStore(kind);
    const asker = openAgent(store, { id: "asker" });
    await asker.start();
    const controller = new AbortController();
    const { signal } = controller;
    const first = asker.request("absent", { type: "question", content: {} }, { signal });
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: "ABORTED" });
    await expect(asker.request("absent", { type: "question", content: {} }, { signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
    const last = asker.request("absent", { type: "question", content: {} });
    const rejected = expect(last).rejects.toMatchObject({ code: "CLOSED" });
    await asker.stop();
    await rejected;
    await expect(asker.request("absent", { type: "question", content: {} })).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("a task assigned by request resolves to its response", async () => {
    await using store = await openStore(kind);
    await using asker = openAgent(store, { id: "asker" });
    await using agent = openAgent(store);
    agent.onTask("work", ({ n }) => ({ twice: (n as number) * 2 }));
    await Promise.all([asker.start(), agent.start()]);
    const response = await asker.request("worker", {
      type: "task_assignment",
      content: { taskId: "t1", taskType: "work", parameters: { n: 21 } },
    });
    expect(response).toMatchObject({ status: "completed", result: { twice: 42 } });
  });

  test("topics and broadcasts reach the handlers of those they are for", async () => {
    await using store = await openStore(kind);
    const heard: string[] = [];
    const agents = ["a", "b", "c"].map((id) =>
      openAgent(store, { id, ...(id === "c" ? {} : { topics: ["news"] }), maxConcurrentTasks: 1 }),
    );
    for (const agent of agents) {
      agent.onMessage("note", ({ content, to }) => void heard.push(`${agent.id} ${to} ${content.text}`));
      await agent.start();
    }
    const [a] = agents;
    // A broadcast reaches the mailboxes that somebody has looked into.
    await expect
      .poll(() => a?.transport.stats().then(({ mailboxes }) => mailboxes.filter((box) => box.orphaned)))
      .toEqual([]);
    expect((await a?.send("#news", { type: "note", content: { text: "1" } }))?.stored).toBe(1);
    expect((await a?.send("*", { type: "note", content: { text: "2" } }))?.stored).toBe(2);
    await expect.poll(() => heard.sort()).toEqual(["b #news 1", "b * 2", "c * 2"]);
    for (const agent of agents) await agent.stop();
  });

  test("a message that no handler takes goes to the dead letters, a fan-out and what only informs is passed over", async () => {
    await using store = await openStore(kind);
    await using agent = openAgent(store);
    await agent.start();
    const sender = store.transport();
    await expect
      .poll(async () => (await sender.stats()).mailboxes.find(({ agentId }) => agentId === "worker")?.orphaned)
      .toBe(false);
    const from = "sender";
    await sender.send({ from, to: "worker", type: "heartbeat", content: { status: "active" } });
    await sender.send({ from, to: "worker", type: "status_update", content: { status: "active" } });
    await sender.send({ from, to: "worker", type: "coordination", content: { action: "regroup" } });
    await sender.send({ from, to: "worker", type: "coordination", content: { action: "cancel_task" } });
    await sender.send({ from, to: "*", type: "note", content: {} });
    await sender.send({ from, to: "worker", type: "note", content: {} });
    await expect
      .poll(() => sender.deadLetters("worker"))
      .toMatchObject([
        {
          reason: "rejected",
          detail: "agent worker has no handler for messages of type note",
          message: { to: "worker" },
        },
      ]);
  });

  test("a handler that throws where nobody waits is reported, and the message offered again", async () => {
    await using store = await openStore(kind);
    const transport = store.transport({ retryBackoff: { minMs: 1, maxMs: 10 } });
    await using agent = openAgent(store, { transport });
    const attempts: number[] = [];
    agent.onMessage("note", (_, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error("not yet");
    });
    await agent.start();
    await transport.send({ from: "sender", to: "worker", type: "note", content: {} });
    await expect.poll(() => attempts).toEqual([1, 2, 3]);
    expect(agent.reported).toMatchObject([
      { code: "HANDLER_FAILED", message: "agent worker: the handler for messages of type note threw: not yet" },
      { code: "HANDLER_FAILED" },
    ]);
    await expect.poll(() => isEmpty(transport, "worker")).toBe(true);
  });

  test("an object returned to a message that was only sent travels back, other values don't", async () => {
    await using store = await openStore(kind);
    await using boss = openBoss(store);
    await using agent = openAgent(store);
    const kept: unknown[] = [];
    agent.onMessage("note", ({ content }) => (content.answer === true ? { heard: true } : kept.push(content)));
    await agent.start();
    await boss.transport.send({ id: "n1", from: "boss", to: "worker", type: "note", content: {} });
    await boss.transport.send({ id: "n2", from: "boss", to: "worker", type: "note", content: { answer: true } });
    await expect
      .poll(() => boss.received)
      .toMatchObject([{ id: "response-n2", correlationId: "n2", type: "note", content: { heard: true } }]);
    expect(kept).toHaveLength(1);
    expect(agent.reported).toEqual([]);
  });
});
