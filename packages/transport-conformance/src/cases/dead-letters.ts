import assert from "node:assert/strict";
import type { Transport } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { untilAfter } from "../eventually.js";
import { drain, holds, NOTHING, note, nothingFor, pair, receiveOne } from "../play.js";
import type { Scene } from "../scene.js";

/** Sends and rejects one message per number, one after the other. */
async function bury(scene: Scene, numbers: readonly number[]): Promise<Transport> {
  const { sender, receiver } = await pair(scene);
  for (const n of numbers) {
    await sender.send(note(n));
    await (await receiveOne(scene, receiver)).reject(`reason ${n}`);
  }
  return receiver;
}

export const deadLetterCases = casesOf("dead letters", [
  {
    title: "a rejected message is a dead letter that says why, and is not offered again",
    async run(scene) {
      const before = Date.now();
      const receiver = await bury(scene, [7]);
      await nothingFor(receiver);
      const [letter, ...more] = await receiver.deadLetters("bob");
      assert.deepEqual(more, []);
      assert.equal(letter?.reason, "rejected");
      assert.match(letter.detail, /reason 7/);
      assert.equal(letter.attempts, 1);
      assert.deepEqual({ ...letter.message?.content }, { n: 7 });
      assert.ok(letter.raw.message instanceof Uint8Array);
      assert.ok(Math.abs(letter.deadAt - before) < 60_000, `deadAt is ${letter.deadAt}`);
    },
  },
  {
    title: "a message that has expired is never handed out, but kept",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const expiresAt = Date.now() + 100;
      await sender.send(note(1, { expiresAt: new Date(expiresAt).toISOString() }));
      await sender.send(note(2));
      await untilAfter(expiresAt + 5);
      assert.deepEqual(await drain(receiver), [2]);
      const [letter] = await receiver.deadLetters("bob");
      assert.equal(letter?.reason, "expired");
      assert.deepEqual({ ...letter.message?.content }, { n: 1 });
    },
  },
  {
    title: "dead letters are listed oldest first, a page at a time",
    async run(scene) {
      const receiver = await bury(scene, [1, 2, 3, 4, 5]);
      const pages: unknown[][] = [];
      for (let after: string | undefined; ; ) {
        const page = await receiver.deadLetters("bob", { limit: 2, ...(after === undefined ? {} : { after }) });
        if (page.length === 0) break;
        pages.push(page.map((letter) => letter.message?.content.n));
        after = page.at(-1)?.id;
      }
      assert.deepEqual(pages, [[1, 2], [3, 4], [5]]);
    },
  },
  {
    title: "dead letters that are put back start their attempts again, the named ones or all",
    async run(scene) {
      const receiver = await bury(scene, [1, 2, 3]);
      const [, second] = await receiver.deadLetters("bob");
      assert.equal(await receiver.redrive("bob", [second?.id ?? ""]), 1);
      const delivery = await receiveOne(scene, receiver);
      assert.deepEqual({ ...delivery.message.content }, { n: 2 });
      assert.equal(delivery.attempt, 1);
      await delivery.ack();
      assert.equal(await receiver.redrive("bob"), 2);
      assert.deepEqual(await drain(receiver), [1, 3]);
      assert.deepEqual(await holds(receiver), NOTHING);
    },
  },
  {
    title: "dead letters can be purged, the named ones or all",
    async run(scene) {
      const receiver = await bury(scene, [1, 2, 3]);
      const [first] = await receiver.deadLetters("bob");
      assert.equal(await receiver.purgeDeadLetters("bob", [first?.id ?? ""]), 1);
      assert.deepEqual(await holds(receiver), { ...NOTHING, dead: 2 });
      assert.equal(await receiver.purgeDeadLetters("bob"), 2);
      assert.deepEqual(await holds(receiver), NOTHING);
      await nothingFor(receiver);
    },
  },
  {
    title: "ids that name no dead letter, and mailboxes that are not there, count nothing",
    async run(scene) {
      const receiver = await bury(scene, [1]);
      const [letter] = await receiver.deadLetters("bob");
      const { id = "" } = letter ?? {};
      assert.equal(await receiver.redrive("bob", ["nonsense", "0"]), 0);
      assert.equal(await receiver.purgeDeadLetters("bob", ["nonsense"]), 0);
      assert.equal(await receiver.purgeDeadLetters("bob", [id, id]), 1);
      assert.deepEqual(await receiver.deadLetters("carol"), []);
      assert.equal(await receiver.redrive("carol"), 0);
      assert.equal(await receiver.purgeDeadLetters("carol"), 0);
      assert.equal(await holds(receiver, "carol"), undefined);
    },
  },
]);
