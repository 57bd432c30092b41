import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { holds, NOTHING, note, pair, receiveOne, SHORT_LEASE_MS } from "../play.js";

export const statsCases = casesOf("stats", [
  {
    title: "stats count what each mailbox holds, sorted by agent, and add it up",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["carol", "bob"]);
      const { delay } = scene.capabilities;
      for (const n of [1, 2, 3]) await sender.send(note(n));
      await (await receiveOne(scene, receiver)).reject("no");
      await receiveOne(scene, receiver);
      await sender.send(note(4, { to: "carol" }), delay ? { delayMs: 60_000 } : {});
      const { mailboxes, ready, delayed, inFlight, dead } = await receiver.stats();
      const held = delay ? { ready: 0, delayed: 1 } : { ready: 1, delayed: 0 };
      assert.deepEqual(mailboxes, [
        { agentId: "bob", ready: 1, delayed: 0, inFlight: 1, dead: 1, orphaned: false },
        { agentId: "carol", ...held, inFlight: 0, dead: 0, orphaned: false },
      ]);
      assert.deepEqual(
        { ready, delayed, inFlight, dead },
        { ready: 1 + held.ready, delayed: held.delayed, inFlight: 1, dead: 1 },
      );
    },
  },
  {
    title: "a mailbox that was only ever sent to is kept, and shown as orphaned until somebody receives",
    async run(scene) {
      const { sender, receiver } = await pair(scene, {}, ["carol"]);
      await sender.send(note(1));
      const orphaned = async () =>
        (await sender.stats()).mailboxes.find((mailbox) => mailbox.agentId === "bob")?.orphaned;
      assert.equal(await orphaned(), true);
      await receiver.receive("bob");
      assert.equal(await orphaned(), false);
    },
  },
  {
    title: "what has fallen due counts as ready, though no receiver has looked since",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const { delay } = scene.capabilities;
      await sender.send(note(1));
      await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
      await sender.send(note(2), delay ? { delayMs: SHORT_LEASE_MS } : {});
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(sender), { ...NOTHING, ready: 2 }));
    },
  },
  {
    title: "stats tell what this transport sent and handed out",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      for (const n of [1, 2]) await sender.send(note(n));
      await receiver.receive("bob");
      const [sent, received] = [await sender.stats(), await receiver.stats()];
      assert.deepEqual([sent.sent, sent.received, sent.messagesPerMinute], [2, 0, 2]);
      assert.deepEqual([received.sent, received.received, received.messagesPerMinute], [0, 2, 2]);
    },
  },
  {
    title: "a transport that can do its work says so, and how safely it keeps messages",
    async run(scene) {
      const { sender } = await pair(scene);
      const { connected, durability, latencyMs } = await sender.health();
      assert.equal(connected, true);
      assert.match(durability, /^(memory|disk|fsync|replicated\(\d+\))$/);
      assert.ok(latencyMs !== undefined && latencyMs >= 0, `latencyMs is ${latencyMs}`);
    },
  },
]);
