import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { drain, holds, NOTHING, note, nothingFor, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

export const residueCases = casesOf("no residue", [
  {
    title: "after drain and deleteMailbox nothing of the agent is left, whatever happened in between",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["dave"]);
      const before = await scene.residue();
      await receiver.openMailbox("bob", { topics: ["news", "sport"], capacity: 100 });
      await nothingFor(receiver);
      await sender.send(note(1), { idempotencyKey: "key" });
      await sender.send(note(2, { to: "#news" }));
      await sender.send(note(3), scene.capabilities.delay ? { delayMs: 20 } : {});
      await (await receiveOne(scene, receiver)).retry({ reason: "again" });
      await (await receiveOne(scene, receiver)).extend(10_000);
      for (let n = 0; n < 2; n += 1) await (await receiveOne(scene, receiver)).reject("no");
      assert.deepEqual(await holds(receiver), { ...NOTHING, inFlight: 1, dead: 2 });
      await receiver.deleteMailbox("bob", { discard: true });
      await sender.send(note(4));
      await drain(receiver);
      await receiver.deleteMailbox("bob");
      assert.deepEqual(await scene.residue(), before);
      assert.equal(await holds(receiver), undefined);
    },
  },
  {
    title: "a mailbox that still holds something is not deleted, unless it is to be discarded",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["dave"]);
      const before = await scene.residue();
      await nothingFor(receiver);
      await sender.send(note(1));
      const refused = () => rejection(() => sender.deleteMailbox("bob"), "MAILBOX_NOT_EMPTY");
      await refused();
      const delivery = await receiveOne(scene, receiver);
      await refused();
      await delivery.reject("no");
      await refused();
      assert.deepEqual(await holds(sender), { ...NOTHING, dead: 1 });
      await sender.deleteMailbox("bob", { discard: true });
      assert.deepEqual(await scene.residue(), before);
    },
  },
  {
    title: "deleting a mailbox that is not there does nothing, and leaves nothing",
    async run(scene) {
      const { sender } = await pair(scene, {}, ["dave"]);
      const before = await scene.residue();
      await sender.deleteMailbox("bob");
      await sender.deleteMailbox("bob", { discard: true });
      assert.deepEqual(await scene.residue(), before);
    },
  },
  {
    title: "a deleted mailbox is no member of anything",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await receiver.openMailbox("bob", { topics: ["news"] });
      await receiver.deleteMailbox("bob");
      for (const to of ["*", "#news"]) assert.equal((await sender.send(note(1, { to }))).stored, 0);
      assert.equal(await holds(sender), undefined);
    },
  },
]);
