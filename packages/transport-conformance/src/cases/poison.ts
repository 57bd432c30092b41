import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { holds, NOTHING, note, nothingFor, numbersOf, pair, receiveOne, subscribed } from "../play.js";

export const poisonCases = casesOf("poison stops", [
  {
    title: "after maxDeliveries a message is a dead letter that tells the reasons",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { maxDeliveries: 3 });
      await sender.send(note(7));
      for (const attempt of [1, 2, 3]) {
        const delivery = await receiveOne(scene, receiver);
        assert.equal(delivery.attempt, attempt);
        await delivery.retry({ reason: `reason ${attempt}` });
      }
      await nothingFor(receiver);
      const [letter, ...more] = await sender.deadLetters("bob");
      assert.deepEqual(more, []);
      assert.equal(letter?.reason, "poison");
      assert.equal(letter.attempts, 3);
      assert.deepEqual(letter.message?.content, { n: 7 });
      for (const attempt of [1, 2, 3]) assert.match(letter.detail, new RegExp(`reason ${attempt}`));
    },
  },
  {
    title: "a message whose holders all vanished is poison too",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { maxDeliveries: 2 });
      await sender.send(note(7));
      await receiveOne(scene, receiver, "bob", { leaseMs: 150 });
      await receiveOne(scene, receiver, "bob", { leaseMs: 150 });
      await eventually(scene.patienceMs, async () => {
        await nothingFor(receiver);
        assert.deepEqual(await holds(receiver), { ...NOTHING, dead: 1 });
      });
      const [letter] = await receiver.deadLetters("bob");
      assert.equal(letter?.reason, "poison");
      assert.deepEqual(letter.message?.content, { n: 7 });
    },
  },
  {
    title: "poison does not hold up what comes after it",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { maxDeliveries: 3, retryBackoff: { minMs: 20, maxMs: 20 } });
      await sender.send(note(0));
      await sender.sendMany([1, 2, 3, 4].map((n) => note(n)));
      const handled: unknown[] = [];
      await using _subscription = subscribed(receiver, async (delivery) => {
        const [n] = numbersOf([delivery]);
        if (n === 0) throw new Error("boom");
        handled.push(n);
      });
      await eventually(scene.patienceMs, async () => {
        assert.deepEqual(handled, [1, 2, 3, 4]);
        assert.deepEqual(await holds(sender), { ...NOTHING, dead: 1 });
      });
      const [letter] = await sender.deadLetters("bob");
      assert.equal(letter?.reason, "poison");
      assert.match(letter.detail, /boom/);
    },
  },
  {
    title: "what may have ended its holders is handled one at a time, and waiting for that is no attempt",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { maxDeliveries: 4 });
      await sender.sendMany([1, 2, 3].map((n) => note(n)));
      for (const attempt of [1, 2]) {
        const deliveries = await receiver.receive("bob", { limit: 3, leaseMs: 150, waitMs: scene.patienceMs });
        assert.deepEqual(numbersOf(deliveries), [1, 2, 3]);
        for (const delivery of deliveries) assert.equal(delivery.attempt, attempt);
      }
      let running = 0;
      let most = 0;
      const attempts: number[] = [];
      await using _subscription = receiver.subscribe(
        "bob",
        async ({ attempt }) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 20));
          attempts.push(attempt);
          running -= 1;
        },
        { concurrency: 3 },
      );
      await eventually(scene.patienceMs, async () => assert.deepEqual(attempts, [3, 3, 3]));
      assert.equal(most, 1);
    },
  },
]);
