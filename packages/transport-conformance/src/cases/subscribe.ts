import assert from "node:assert/strict";
import { AgentCommError, type Delivery } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually, throughout } from "../eventually.js";
import { holds, NOTHING, note, nothingFor, numbersOf, pair, receiveOne, SHORT_LEASE_MS, subscribed } from "../play.js";

/** Renewed at a third of it: long enough that a busy machine is not late by two thirds. */
const RENEWED_LEASE_MS = 900;

/** A promise, and what resolves it. */
function signalled<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve = (_value: T): void => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export const subscribeCases = casesOf("subscribe", [
  {
    title: "a handler that resolves acks its message",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const handled: unknown[] = [];
      await using _subscription = subscribed(receiver, async (delivery) => handled.push(...numbersOf([delivery])));
      for (const n of [1, 2, 3]) await sender.send(note(n));
      await eventually(scene.patienceMs, async () => {
        assert.deepEqual(handled, [1, 2, 3]);
        assert.deepEqual(await holds(sender), NOTHING);
      });
    },
  },
  {
    title: "a handler that rejects is given its message again, after a back-off where the transport can delay",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { retryBackoff: { minMs: 200, maxMs: 200 } });
      const starts: number[] = [];
      const attempts: number[] = [];
      await using _subscription = subscribed(receiver, async ({ attempt }) => {
        starts.push(performance.now());
        attempts.push(attempt);
        if (attempt < 3) throw new Error("not yet");
      });
      await sender.send(note());
      await eventually(scene.patienceMs, async () => {
        assert.deepEqual(attempts, [1, 2, 3]);
        assert.deepEqual(await holds(sender), NOTHING);
      });
      if (!scene.capabilities.delay) return;
      const [first = 0, second = 0, third = 0] = starts;
      for (const gap of [second - first, third - second]) assert.ok(gap >= 95, `came again after only ${gap} ms`);
    },
  },
  {
    title: "a handler that rejects with an error that is not retryable sends its message to the dead letters",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await using _subscription = subscribed(receiver, async () => {
        throw new AgentCommError("INVALID_MESSAGE", "I cannot read this");
      });
      await sender.send(note());
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(sender), { ...NOTHING, dead: 1 }));
      const [letter] = await sender.deadLetters("bob");
      assert.equal(letter?.reason, "rejected");
      assert.equal(letter.attempts, 1);
      assert.match(letter.detail, /I cannot read this/);
    },
  },
  {
    title: "a handler that throws null is retried like any other",
    async run(scene) {
      const { sender, receiver } = await pair(scene, { retryBackoff: { minMs: 10, maxMs: 10 } });
      const attempts: number[] = [];
      await using _subscription = subscribed(receiver, async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt === 1) throw null;
      });
      await sender.send(note());
      await eventually(scene.patienceMs, async () => {
        assert.deepEqual(attempts, [1, 2]);
        assert.deepEqual(await holds(sender), NOTHING);
      });
    },
  },
  {
    title: "a handler may settle its delivery itself",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      await using _subscription = subscribed(receiver, (delivery) => delivery.reject("not for me"));
      await sender.send(note());
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(sender), { ...NOTHING, dead: 1 }));
    },
  },
  {
    title: "while a handler runs its lease is renewed, and nobody else is given the message",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      const started = signalled<Delivery>();
      const finish = signalled();
      await using _subscription = subscribed(
        receiver,
        async (delivery) => {
          started.resolve(delivery);
          await finish.promise;
        },
        { leaseMs: RENEWED_LEASE_MS },
      );
      await sender.send(note());
      const { signal } = await started.promise;
      await throughout(2 * RENEWED_LEASE_MS, () => nothingFor(other));
      assert.equal(signal.aborted, false);
      finish.resolve();
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(sender), NOTHING));
    },
  },
  {
    title: "a subscription renews what it handles, and nothing that receive handed out",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      await sender.send(note(1));
      await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
      const started = signalled();
      const finish = signalled();
      await using _subscription = subscribed(
        receiver,
        async () => {
          started.resolve();
          await finish.promise;
        },
        { leaseMs: SHORT_LEASE_MS },
      );
      await sender.send(note(2));
      await started.promise;
      const again = await receiveOne(scene, other);
      assert.deepEqual(numbersOf([again]), [1]);
      finish.resolve();
    },
  },
  {
    title: "no more handlers run at once than concurrency, and no message is taken without a place for it",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const finish = signalled();
      const running = new Set<Delivery>();
      let handled = 0;
      await using _subscription = subscribed(
        receiver,
        async (delivery) => {
          running.add(delivery);
          await finish.promise;
          handled += 1;
        },
        { concurrency: 3 },
      );
      for (let n = 0; n < 8; n += 1) await sender.send(note(n));
      await eventually(scene.patienceMs, () => assert.equal(running.size, 3));
      await throughout(100, async () => {
        assert.equal(running.size, 3);
        assert.deepEqual(await holds(sender), { ...NOTHING, ready: 5, inFlight: 3 });
      });
      finish.resolve();
      await eventually(scene.patienceMs, () => assert.equal(handled, 8));
    },
  },
  {
    title: "subscriptions in two processes share the work, and no message is handled twice",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      const handled: unknown[] = [];
      const handle = async (delivery: Delivery) => handled.push(...numbersOf([delivery]));
      await using _first = subscribed(receiver, handle, { concurrency: 2 });
      await using _second = subscribed(other, handle, { concurrency: 2 });
      const sent = Array.from({ length: 30 }, (_, n) => n);
      await Promise.all(sent.map((n) => sender.send(note(n))));
      await eventually(scene.patienceMs, async () => assert.deepEqual(await holds(sender), NOTHING));
      assert.deepEqual(
        handled.sort((a, b) => Number(a) - Number(b)),
        sent,
      );
    },
  },
  {
    title: "stop takes nothing new, waits for the running handler, and acks what it handled",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const started = signalled();
      const finish = signalled();
      const subscription = receiver.subscribe("bob", async () => {
        started.resolve();
        await finish.promise;
      });
      await sender.send(note(1));
      await started.promise;
      let stopped = false;
      const stopping = subscription.stop().then(() => {
        stopped = true;
      });
      await sender.send(note(2));
      await throughout(100, () => assert.equal(stopped, false));
      finish.resolve();
      await stopping;
      await subscription.closed;
      assert.deepEqual(await holds(sender), { ...NOTHING, ready: 1 });
    },
  },
  {
    title: "after the drain time the handler is told, and its message handed back at once",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      const started = signalled<Delivery>();
      const subscription = receiver.subscribe("bob", async (delivery) => {
        started.resolve(delivery);
        await new Promise((resolve) => delivery.signal.addEventListener("abort", resolve));
      });
      await sender.send(note(1));
      const { signal } = await started.promise;
      await subscription.stop({ drainMs: 20 });
      assert.equal(signal.aborted, true);
      const [again] = await other.receive("bob");
      assert.equal(again?.attempt, 2);
    },
  },
  {
    title: "a subscription ends with its signal, and with its transport",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const controller = new AbortController();
      const signalledOne = receiver.subscribe("bob", async () => {}, { signal: controller.signal });
      controller.abort();
      await signalledOne.closed;
      const closedOne = receiver.subscribe("bob", async () => {});
      await receiver.close();
      await closedOne.closed;
      await sender.send(note(1));
      assert.deepEqual(await holds(sender), { ...NOTHING, ready: 1 });
    },
  },
]);
