import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { watchHoldUps } from "../eventually.js";
import { note, numbersOf, pair, receiveOne, SHORT_LEASE_MS } from "../play.js";

export const deadHolderCases = casesOf("dead holder", [
  {
    title: "what a silent holder held is offered again within lease + 1 s and not before, its attempt one higher",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await sender.send(note(7));
      const heldUpMs = watchHoldUps();
      const askedAt = performance.now();
      const first = await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
      const heldAt = performance.now();
      const second = await receiveOne(scene, other);
      const againAt = performance.now();
      assert.equal(second.message.id, first.message.id);
      assert.equal(second.attempt, first.attempt + 1);
      assert.ok(againAt - askedAt >= SHORT_LEASE_MS - 5, `offered again after only ${againAt - askedAt} ms`);
      assert.ok(
        againAt - heldAt <= SHORT_LEASE_MS + 1_000 + heldUpMs(),
        `offered again only after ${againAt - heldAt} ms`,
      );
    },
  },
  {
    title: "what a closed transport held is offered again, all of it",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await sender.sendMany([1, 2, 3].map((n) => note(n)));
      const held = await receiver.receive("bob", { limit: 3, leaseMs: SHORT_LEASE_MS });
      assert.deepEqual(numbersOf(held), [1, 2, 3]);
      await receiver.close();
      const again = new Set<unknown>();
      while (again.size < 3) {
        const delivery = await receiveOne(scene, other);
        assert.equal(delivery.attempt, 2);
        again.add(numbersOf([delivery])[0]);
      }
      assert.deepEqual([...again].sort(), [1, 2, 3]);
    },
  },
]);
