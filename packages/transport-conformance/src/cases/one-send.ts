import assert from "node:assert/strict";
import { AgentCommError } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { drain, holds, lookInto, NOTHING, note, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

export const oneSendCases = casesOf("one send, one message", [
  {
    title: "a send whose reply got lost is stored once, when the line comes back in time",
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      const { transport, loseReplies, mend } = await scene.breakable();
      await transport.send(note(0));
      await loseReplies();
      const sent = transport.send(note(1)).catch((error: unknown) => error);
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(observer), { ...NOTHING, ready: 2 }));
      await mend();
      const outcome = await sent;
      if (AgentCommError.is(outcome)) assert.equal(outcome.outcome, "unknown", outcome.message);
      await eventually(scene.patienceMs, () => transport.send(note(2)));
      assert.deepEqual(await drain(observer), [0, 1, 2]);
    },
  },
  {
    title: 'a send that ended without its reply says "unknown", and is stored once at most',
    breaksLine: true,
    async run(scene) {
      const observer = await scene.transport();
      await lookInto(observer, "bob");
      const { transport, loseReplies, mend } = await scene.breakable({ timeoutMs: 500 });
      await transport.send(note(0));
      await loseReplies();
      const error = await rejection(() => transport.send(note(1)));
      assert.equal(error.outcome, "unknown");
      await mend();
      await eventually(scene.patienceMs, () => transport.send(note(2)));
      const [first, ...received] = await drain(observer);
      assert.equal(first, 0);
      assert.deepEqual(
        received.filter((n) => n !== 2),
        [1],
      );
    },
  },
  {
    title: "a repeat with the same idempotencyKey stores nothing, from whatever process, and says so",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const first = await sender.send(note(1), { idempotencyKey: "key" });
      assert.equal(first.duplicate, false);
      for (const transport of [sender, await scene.transport()]) {
        const repeat = await transport.send(note(2), { idempotencyKey: "key" });
        assert.equal(repeat.duplicate, true);
      }
      assert.deepEqual(await drain(receiver), [1]);
    },
  },
  {
    title: "a repeat stores nothing even after the message was handled",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1), { idempotencyKey: "key" });
      await (await receiveOne(scene, receiver)).ack();
      assert.equal((await sender.send(note(1), { idempotencyKey: "key" })).duplicate, true);
      assert.deepEqual(await drain(receiver), []);
    },
  },
  {
    title: "an idempotencyKey counts per sender and per mailbox, and a send without one counts for itself",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol"]);
      const key = { idempotencyKey: "key" };
      await sender.send(note(1), key);
      await sender.send(note(2, { from: "dave" }), key);
      await sender.send(note(3), { idempotencyKey: "other key" });
      await sender.send(note(4));
      await sender.send(note(4));
      await sender.send(note(5, { to: "carol" }), key);
      assert.deepEqual((await drain(receiver)).sort(), [1, 2, 3, 4, 4]);
      assert.deepEqual(await drain(receiver, "carol"), [5]);
    },
  },
  {
    title: "of concurrent repeats one is stored",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      const receipts = await Promise.all(
        [sender, other].flatMap((transport) =>
          Array.from({ length: 10 }, () => transport.send(note(1), { idempotencyKey: "key" })),
        ),
      );
      assert.equal(receipts.filter((receipt) => !receipt.duplicate).length, 1);
      assert.deepEqual(await drain(receiver), [1]);
    },
  },
]);
