import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { eventually, watchHoldUps } from "../eventually.js";
import { holds, NOTHING, note, nothingFor, numbersOf, pair, receiveOne } from "../play.js";
import { rejection } from "../rejection.js";

const DELAY_MS = 300;
const VISIBLE_WITHIN_MS = 250;

export const delayCases = casesOf("delay", [
  {
    title: "a delayed message is visible within 250 ms of falling due, and not before",
    requires: { delay: true },
    quiet: true,
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const heldUpMs = watchHoldUps();
      const sentAt = performance.now();
      await sender.send(note(1), { delayMs: DELAY_MS });
      const storedAt = performance.now();
      await receiveOne(scene, receiver);
      const seenAt = performance.now();
      assert.ok(seenAt - sentAt >= DELAY_MS - 5, `visible after only ${seenAt - sentAt} ms`);
      const late = seenAt - storedAt - DELAY_MS;
      assert.ok(late <= VISIBLE_WITHIN_MS + heldUpMs(), `visible ${late} ms after it fell due`);
    },
  },
  {
    title: "a receiver that had nothing to wait for yet sees a delayed message when it falls due",
    requires: { delay: true },
    quiet: true,
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const heldUpMs = watchHoldUps();
      const waiting = receiveOne(scene, receiver);
      await receiver.stats();
      await sender.send(note(1), { delayMs: DELAY_MS });
      const storedAt = performance.now();
      await waiting;
      const late = performance.now() - storedAt - DELAY_MS;
      assert.ok(late <= VISIBLE_WITHIN_MS + heldUpMs(), `visible ${late} ms after it fell due`);
    },
  },
  {
    title: "a delay holds although its sender is gone, and ends without it",
    requires: { delay: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1), { delayMs: DELAY_MS });
      await sender.close();
      assert.deepEqual(await holds(receiver), { ...NOTHING, delayed: 1 });
      await nothingFor(receiver);
      await eventually(scene.patienceMs, async () => assert.deepEqual(numbersOf(await receiver.receive("bob")), [1]));
    },
  },
  {
    title: "a retry with a delay is held back, and then offered with its attempt one higher",
    requires: { delay: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1));
      const first = await receiveOne(scene, receiver);
      const askedAt = performance.now();
      await first.retry({ delayMs: DELAY_MS });
      assert.deepEqual(await holds(sender), { ...NOTHING, delayed: 1 });
      const second = await receiveOne(scene, receiver);
      assert.equal(second.attempt, 2);
      const heldMs = performance.now() - askedAt;
      assert.ok(heldMs >= DELAY_MS - 5, `offered again after only ${heldMs} ms`);
    },
  },
  {
    title: "a delayed message does not hold up others",
    requires: { delay: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1, { priority: "critical" }), { delayMs: 60_000 });
      await sender.send(note(2, { priority: "low" }));
      assert.deepEqual(numbersOf(await receiver.receive("bob")), [2]);
    },
  },
  {
    title: "a delayed message stands ahead of what was sent after it fell due, though nobody looked in between",
    requires: { delay: true },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note(1), { delayMs: DELAY_MS });
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(sender), { ...NOTHING, ready: 1 }));
      await sender.send(note(2));
      assert.deepEqual(numbersOf(await receiver.receive("bob")), [1, 2]);
    },
  },
  {
    title: "a transport that cannot delay refuses to, on send and on retry",
    requires: { delay: false },
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await rejection(() => sender.send(note(1), { delayMs: DELAY_MS }), "NOT_SUPPORTED");
      assert.deepEqual(await holds(sender), NOTHING);
      await sender.send(note(2));
      const delivery = await receiveOne(scene, receiver);
      await rejection(() => delivery.retry({ delayMs: DELAY_MS }), "NOT_SUPPORTED");
      const later = { kind: "retry", delayMs: DELAY_MS } as const;
      await rejection(() => sender.settle(delivery.token, later), "NOT_SUPPORTED");
      await delivery.ack();
    },
  },
]);
