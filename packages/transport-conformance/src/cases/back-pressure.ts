import assert from "node:assert/strict";
import { AgentCommError } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { drain, holds, NOTHING, note, numbersOf, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

export const backPressureCases = casesOf("back-pressure", [
  {
    title: "a full mailbox refuses, says that it may be tried again, and keeps all that it has",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await receiver.openMailbox("bob", { capacity: 3 });
      for (const n of [1, 2, 3]) await sender.send(note(n));
      const error = await rejection(() => sender.send(note(4, { priority: "critical" })), "MAILBOX_FULL");
      assert.equal(error.retryable, true);
      assert.equal(error.outcome, "none");
      assert.deepEqual(await drain(receiver), [1, 2, 3]);
      await sender.send(note(5));
      assert.deepEqual(await drain(receiver), [5]);
    },
  },
  {
    title: "ready, delayed, in flight and dead messages all count",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const { delay } = scene.capabilities;
      await receiver.openMailbox("bob", { capacity: 4 });
      await sender.send(note(1));
      await (await receiveOne(scene, receiver)).reject("no");
      await sender.send(note(2));
      await receiveOne(scene, receiver);
      await sender.send(note(3), delay ? { delayMs: 60_000 } : {});
      await sender.send(note(4));
      const held = delay
        ? { ready: 1, delayed: 1, inFlight: 1, dead: 1 }
        : { ...NOTHING, ready: 2, inFlight: 1, dead: 1 };
      assert.deepEqual(await holds(sender), held);
      await rejection(() => sender.send(note(5)), "MAILBOX_FULL");
      assert.equal(await sender.purgeDeadLetters("bob"), 1);
      await sender.send(note(6));
      await rejection(() => sender.send(note(7)), "MAILBOX_FULL");
    },
  },
  {
    title: "what a full mailbox holds can be retried, rejected and put back",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await receiver.openMailbox("bob", { capacity: 1 });
      await sender.send(note(1));
      await (await receiveOne(scene, receiver)).retry();
      await (await receiveOne(scene, receiver)).reject("no");
      assert.equal(await receiver.redrive("bob"), 1);
      assert.deepEqual(await drain(receiver), [1]);
    },
  },
  {
    title: "concurrent senders do not overfill a mailbox",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await receiver.openMailbox("bob", { capacity: 5 });
      const results = await Promise.all(
        [sender, other].map((transport) => transport.sendMany(Array.from({ length: 10 }, (_, n) => note(n)))),
      );
      const refused = results.flat().filter((result) => AgentCommError.is(result, "MAILBOX_FULL"));
      assert.equal(refused.length, 15);
      assert.equal((await receiver.receive("bob", { limit: 20 })).length, 5);
    },
  },
  {
    title: "opening a mailbox again changes its capacity only if it says so, and loses nothing",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await receiver.openMailbox("bob", { capacity: 1 });
      await sender.send(note(1));
      await receiver.openMailbox("bob");
      await rejection(() => sender.send(note(2)), "MAILBOX_FULL");
      await receiver.openMailbox("bob", { capacity: 2 });
      await sender.send(note(3));
      assert.deepEqual(numbersOf(await receiver.receive("bob")), [1, 3]);
    },
  },
]);
