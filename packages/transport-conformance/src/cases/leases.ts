import assert from "node:assert/strict";
import type { Delivery, SettleAction, Transport } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually, throughout, untilAfter } from "../eventually.js";
import { holds, NOTHING, note, nothingFor, numbersOf, pair, receiveOne, SHORT_LEASE_MS, takeOver } from "../play.js";
import { rejection } from "../rejection.js";
import type { Scene } from "../scene.js";

/** Fails unless a holder that lost its lease is refused, and the new holder notices nothing of the attempt. */
async function refusedAfterTakeOver(scene: Scene, settle: (lost: Delivery) => Promise<void>): Promise<void> {
  const { sender, lost, held, holder } = await takeOver(scene);
  await rejection(() => settle(lost), "LEASE_LOST");
  assert.deepEqual(await holds(sender), { ...NOTHING, inFlight: 1 });
  await nothingFor(holder);
  await held.ack();
  assert.deepEqual(await holds(sender), NOTHING);
}

/** Receives one message and resolves once its lease is over, without anybody having looked. */
async function lapsed(scene: Scene): Promise<{ delivery: Delivery; receiver: Transport }> {
  const { sender, receiver } = await pair(scene);
  await sender.send(note());
  const delivery = await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
  await untilAfter(delivery.leaseExpiresAt + 50);
  return { delivery, receiver };
}

const BY_TOKEN: readonly { action: SettleAction; leaves: typeof NOTHING }[] = [
  { action: { kind: "ack" }, leaves: NOTHING },
  { action: { kind: "retry" }, leaves: { ...NOTHING, ready: 1 } },
  { action: { kind: "reject", reason: "no" }, leaves: { ...NOTHING, dead: 1 } },
  { action: { kind: "extend", leaseMs: 60_000 }, leaves: { ...NOTHING, inFlight: 1 } },
];

export const leaseCases = casesOf("leases, fenced", [
  {
    title: "a holder that lost its lease cannot ack",
    requires: { fenced: true },
    run: (scene) => refusedAfterTakeOver(scene, (lost) => lost.ack()),
  },
  {
    title: "a holder that lost its lease cannot retry",
    requires: { fenced: true },
    run: (scene) => refusedAfterTakeOver(scene, (lost) => lost.retry()),
  },
  {
    title: "a holder that lost its lease cannot reject",
    requires: { fenced: true },
    run: (scene) => refusedAfterTakeOver(scene, (lost) => lost.reject("too late")),
  },
  {
    title: "a holder that lost its lease cannot extend it",
    requires: { fenced: true },
    run: (scene) => refusedAfterTakeOver(scene, (lost) => lost.extend()),
  },
  {
    title: "a message that nobody else was given can be acked after its lease",
    async run(scene) {
      const { delivery, receiver } = await lapsed(scene);
      await delivery.ack();
      await nothingFor(receiver);
      assert.deepEqual(await holds(receiver), NOTHING);
    },
  },
  {
    title: "a message that nobody else was given can be extended after its lease",
    async run(scene) {
      const { delivery, receiver } = await lapsed(scene);
      await delivery.extend(60_000);
      await nothingFor(receiver);
      await delivery.ack();
    },
  },
  {
    title: "what is settled cannot be settled again, and nothing changes",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const first = await receiveOne(scene, receiver);
      await first.retry();
      await rejection(() => sender.settle(first.token, { kind: "ack" }), "LEASE_LOST");
      assert.deepEqual(await holds(sender), { ...NOTHING, ready: 1 });
      const second = await receiveOne(scene, receiver);
      await rejection(() => sender.settle(first.token, { kind: "ack" }), "LEASE_LOST");
      await second.ack();
      await rejection(() => second.ack(), "LEASE_LOST");
      await rejection(() => sender.settle(second.token, { kind: "retry" }), "LEASE_LOST");
      assert.deepEqual(await holds(sender), NOTHING);
    },
  },
  {
    title: "who extends a delivery keeps it beyond its first lease",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await sender.send(note());
      const delivery = await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
      await throughout(3 * SHORT_LEASE_MS, async () => {
        await delivery.extend();
        await nothingFor(other);
      });
      await delivery.ack();
    },
  },
  {
    title: "extending one delivery extends no other",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await sender.send(note(1));
      await sender.send(note(2));
      const [kept] = await receiver.receive("bob", { limit: 2, leaseMs: SHORT_LEASE_MS });
      assert.ok(kept);
      await eventually(SHORT_LEASE_MS + 1_000, async () => {
        await kept.extend(SHORT_LEASE_MS);
        assert.deepEqual(numbersOf(await other.receive("bob")), [2]);
      });
      await kept.ack();
    },
  },
  ...BY_TOKEN.map(({ action, leaves }) => ({
    title: `another process can ${action.kind} a delivery by its token`,
    async run(scene: Scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const { token } = await receiveOne(scene, receiver, "bob", { leaseMs: 5_000 });
      await sender.settle(token, action);
      assert.deepEqual(await holds(sender), leaves);
    },
  })),
  {
    title: "a token that names no delivery is refused",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const { token } = await receiveOne(scene, receiver);
      for (const wrong of ["", "nonsense", "bob", "bob:1:1:1", `${token}0`, `0${token}`]) {
        await rejection(() => sender.settle(wrong, { kind: "ack" }), "LEASE_LOST", "INVALID_OPTIONS");
      }
      assert.deepEqual(await holds(sender), { ...NOTHING, inFlight: 1 });
    },
  },
  {
    title: "a token stays void when its mailbox is deleted and filled again",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const { token } = await receiveOne(scene, receiver);
      await receiver.deleteMailbox("bob", { discard: true });
      await nothingFor(receiver);
      await sender.send(note());
      await receiveOne(scene, receiver);
      await rejection(() => receiver.settle(token, { kind: "ack" }), "LEASE_LOST");
      assert.deepEqual(await holds(sender), { ...NOTHING, inFlight: 1 });
    },
  },
  {
    title: "a delivery's signal fires before somebody else is given the message",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await sender.send(note());
      // It is told a tenth of the lease before its end: time enough for an event loop that is held up on a busy machine.
      const { signal } = await receiveOne(scene, receiver, "bob", { leaseMs: 3_000 });
      assert.equal(signal.aborted, false);
      await receiveOne(scene, other, "bob", { waitMs: 3_000 + scene.patienceMs });
      assert.equal(signal.aborted, true);
    },
  },
  {
    title: "the signal of a delivery that was settled in time does not fire",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const delivery = await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
      const { signal, leaseExpiresAt } = delivery;
      await delivery.ack();
      await untilAfter(leaseExpiresAt + 50);
      assert.equal(signal.aborted, false);
    },
  },
  {
    title: "a delivery says when its lease ends, and again when it was extended",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await sender.send(note());
      const before = Date.now();
      const delivery = await receiveOne(scene, receiver, "bob", { leaseMs: 10_000 });
      const within = (leaseMs: number) => {
        const { leaseExpiresAt } = delivery;
        assert.ok(leaseExpiresAt >= before + leaseMs - 50, `${leaseExpiresAt} is too early`);
        assert.ok(leaseExpiresAt <= Date.now() + leaseMs + 50, `${leaseExpiresAt} is too late`);
      };
      within(10_000);
      await delivery.extend(60_000);
      within(60_000);
    },
  },
]);
