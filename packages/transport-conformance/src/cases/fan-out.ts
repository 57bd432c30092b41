import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { drain, holds, lookInto, NOTHING, note, nothingFor, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

export const fanOutCases = casesOf("fan-out", [
  {
    title: "* reaches every mailbox that a receiver has looked into, save the sender's own",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol"]);
      await lookInto(sender, "alice");
      await sender.send(note(1, { to: "dave" }));
      const receipt = await sender.send(note(2, { to: "*" }));
      assert.deepEqual(receipt, { id: receipt.id, duplicate: false, stored: 2, refused: [] });
      assert.deepEqual(await drain(receiver, "bob"), [2]);
      assert.deepEqual(await drain(receiver, "carol"), [2]);
      assert.deepEqual(await holds(sender, "alice"), NOTHING);
      assert.deepEqual(await holds(sender, "dave"), { ...NOTHING, ready: 1 });
    },
  },
  {
    title: "* reaches a mailbox that was deleted, once its receiver looks into it again",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.deleteMailbox("bob");
      assert.equal((await sender.send(note(1, { to: "*" }))).stored, 0);
      await lookInto(receiver, "bob");
      assert.equal((await sender.send(note(2, { to: "*" }))).stored, 1);
      assert.deepEqual(await drain(receiver, "bob"), [2]);
    },
  },
  {
    title: "a topic reaches its members, save the sender's own",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol", "dave"]);
      await sender.openMailbox("alice", { topics: ["news"] });
      await receiver.openMailbox("bob", { topics: ["news", "sport"] });
      await receiver.openMailbox("carol", { topics: ["sport"] });
      assert.equal((await sender.send(note(1, { to: "#news" }))).stored, 1);
      assert.equal((await sender.send(note(2, { to: "#sport" }))).stored, 2);
      assert.deepEqual(await drain(receiver, "bob"), [1, 2]);
      assert.deepEqual(await drain(receiver, "carol"), [2]);
      await nothingFor(receiver, "dave");
      assert.deepEqual(await holds(sender, "alice"), NOTHING);
    },
  },
  {
    title: "opening a mailbox again replaces its topics, and leaves them if it names none",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const reached = async (to: string) => (await sender.send(note(1, { to }))).stored;
      await receiver.openMailbox("bob", { topics: ["news"] });
      await receiver.openMailbox("bob");
      assert.equal(await reached("#news"), 1);
      await receiver.openMailbox("bob", { topics: ["sport"] });
      assert.deepEqual([await reached("#news"), await reached("#sport")], [0, 1]);
      await receiver.openMailbox("bob", { topics: [] });
      assert.equal(await reached("#sport"), 0);
    },
  },
  {
    title: "a message to nobody is stored nowhere, and says so",
    async run(scene) {
      const sender = await scene.transport();
      for (const to of ["*", "#nobody"]) {
        const receipt = await sender.send(note(1, { to }));
        assert.deepEqual(receipt, { id: receipt.id, duplicate: false, stored: 0, refused: [] });
      }
    },
  },
  {
    title: "each member's delivery is settled for itself",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol"]);
      await sender.send(note(1, { to: "*" }));
      await (await receiveOne(scene, receiver, "bob")).reject("no");
      await (await receiveOne(scene, receiver, "carol")).ack();
      assert.deepEqual(await holds(sender, "bob"), { ...NOTHING, dead: 1 });
      assert.deepEqual(await holds(sender, "carol"), NOTHING);
    },
  },
  {
    title:
      "a receipt says who refused; repeated with its idempotencyKey a fan-out is completed, and reaches nobody twice",
    requires: { atomicFanOut: false },
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol", "dave"]);
      await receiver.openMailbox("carol", { capacity: 1 });
      await sender.send(note(0, { to: "carol" }));
      const fanOut = () => sender.send(note(1, { to: "*", id: "one" }), { idempotencyKey: "key" });
      assert.deepEqual(await fanOut(), {
        id: "one",
        duplicate: false,
        stored: 2,
        refused: [{ agentId: "carol", code: "MAILBOX_FULL" }],
      });
      assert.deepEqual(await drain(receiver, "carol"), [0]);
      const repeat = await fanOut();
      assert.deepEqual(repeat.refused, []);
      assert.equal(repeat.duplicate, false);
      assert.deepEqual(await drain(receiver, "carol"), [1]);
      assert.deepEqual(await drain(receiver, "bob"), [1]);
      assert.deepEqual(await drain(receiver, "dave"), [1]);
      assert.equal((await fanOut()).duplicate, true);
    },
  },
  {
    title: "a fan-out that one member refuses reaches none",
    requires: { atomicFanOut: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["bob", "carol"]);
      await receiver.openMailbox("carol", { capacity: 1 });
      await sender.send(note(0, { to: "carol" }));
      await rejection(() => sender.send(note(1, { to: "*" })), "MAILBOX_FULL");
      assert.deepEqual(await holds(sender, "bob"), NOTHING);
    },
  },
  {
    title:
      "a mailbox that nobody has looked into for mailboxIdleMs is left out of *, and back in once a receiver comes",
    async run(scene) {
      const sender = await scene.transport({ mailboxIdleMs: 300 });
      const receiver = await scene.transport();
      await lookInto(receiver, "bob");
      assert.equal((await sender.send(note(1, { to: "*" }))).stored, 1);
      await eventually(scene.patienceMs, async () => {
        assert.equal((await sender.send(note(2, { to: "*" }))).stored, 0);
      });
      // Another process, since one that has looked in a moment ago need not say so again at every look.
      await (await scene.transport()).receive("bob");
      assert.equal((await sender.send(note(3, { to: "*" }))).stored, 1);
    },
  },
]);
