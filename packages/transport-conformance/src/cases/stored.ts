import assert from "node:assert/strict";
import { AgentCommError } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { drain, lookInto, note, numbersOf, pair, receiveOne } from "../play.js";

const FULL_LETTER = {
  id: "letter-1",
  from: "alice",
  to: "bob",
  type: "task_assignment",
  content: {
    taskId: "t1",
    taskType: "review",
    description: "Größe prüfen ✓ \u{1f600} \u0000",
    parameters: { snake_case: 1, camelCase: [true, null, -0.5], nested: { deep: "" } },
    requiredCapabilities: ["code.review"],
    attempt: 2,
  },
  priority: "high",
  timestamp: "2025-01-02T03:04:05.678Z",
  correlationId: "letter-0",
  expiresAt: "2999-01-01T00:00:00.000Z",
  trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b" },
  headers: { "x-tenant": "7" },
} as const;

export const storedCases = casesOf("stored, then resolved", [
  {
    title: "a message that was sent is there for another process, though its sender is gone",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(7));
      await sender.close();
      const delivery = await receiveOne(scene, receiver);
      assert.deepEqual(numbersOf([delivery]), [7]);
      assert.equal(delivery.attempt, 1);
    },
  },
  {
    title: "a message arrives as it was sent, field by field",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(FULL_LETTER);
      const { message } = await receiveOne(scene, receiver);
      assert.deepEqual(JSON.parse(JSON.stringify(message)), FULL_LETTER);
    },
  },
  {
    title: "a message that was sent before its receiver ever ran is received",
    async run(scene) {
      const sender = await scene.transport();
      await sender.send(note(1));
      await sender.send(note(2));
      const receiver = await scene.transport();
      assert.deepEqual(numbersOf([await receiveOne(scene, receiver), await receiveOne(scene, receiver)]), [1, 2]);
    },
  },
  {
    title: "what was stored outlives every process",
    requires: { durable: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1));
      await sender.records.put("jobs", "one", { n: 1 });
      await Promise.all([sender.close(), receiver.close()]);
      const later = await scene.transport();
      assert.deepEqual(await drain(later), [1]);
      assert.deepEqual((await later.records.get("jobs", "one"))?.value, { n: 1 });
    },
  },
  {
    title: "a receipt names the message and counts the one mailbox that was reached",
    async run(scene) {
      const { sender } = await pair(scene);
      const receipt = await sender.send(note(1, { id: "letter-7" }));
      assert.deepEqual(receipt, { id: "letter-7", duplicate: false, stored: 1, refused: [] });
    },
  },
  {
    title: "sendMany resolves to one result per message, in their order, whatever became of the others",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const [first, second, third] = await sender.sendMany([
        note(1, { id: "first" }),
        note(2, { to: "no such/agent" }),
        note(3, { id: "third" }),
      ]);
      assert.ok(first && !AgentCommError.is(first) && third && !AgentCommError.is(third));
      assert.deepEqual([first.id, third.id], ["first", "third"]);
      assert.ok(AgentCommError.is(second, "INVALID_AGENT_ID") || AgentCommError.is(second, "INVALID_MESSAGE"));
      assert.deepEqual(await drain(receiver), [1, 3]);
    },
  },
]);

export const atLeastOnceCases = casesOf("at least once", [
  {
    title: "receiving removes nothing: a message stays until it is acked",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const delivery = await receiveOne(scene, receiver);
      const inFlight = async () => (await sender.stats()).inFlight;
      assert.equal(await inFlight(), 1);
      await delivery.ack();
      assert.equal(await inFlight(), 0);
    },
  },
  {
    title: "no backlog is trimmed",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const sent = Array.from({ length: 300 }, (_, n) => n);
      const results = await sender.sendMany(sent.map((n) => note(n)));
      assert.ok(results.every((result) => !AgentCommError.is(result)));
      assert.deepEqual(await drain(receiver), sent);
    },
  },
  {
    title: "with several senders and receivers every message is handled, and then gone",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const second = await scene.transport();
      const handled = new Map<string, number>();
      let lastOne = (): void => {};
      const all = new Promise<void>((resolve) => {
        lastOne = resolve;
      });
      const subscriptions = [receiver, second].map((transport) =>
        transport.subscribe(
          "bob",
          async ({ message }) => {
            handled.set(message.id, (handled.get(message.id) ?? 0) + 1);
            if (handled.size === 90) lastOne();
          },
          { concurrency: 5 },
        ),
      );
      const from = ["alice", "carol", "dave"];
      const receipts = await Promise.all(
        [sender, second, receiver].flatMap((transport, index) =>
          Array.from({ length: 30 }, (_, n) => transport.send(note(n, { from: from[index] as string }))),
        ),
      );
      await all;
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      assert.deepEqual([...handled.keys()].sort(), receipts.map((receipt) => receipt.id).sort());
      await lookInto(receiver, "bob");
      assert.equal((await receiver.stats()).inFlight, 0);
    },
  },
]);
