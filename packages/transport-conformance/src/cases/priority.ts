import assert from "node:assert/strict";
import { PRIORITIES } from "@agentcomm/protocol";
import { casesOf } from "../conformance-case.js";
import { eventually } from "../eventually.js";
import { holds, note, numbersOf, pair, receiveOne, SHORT_LEASE_MS } from "../play.js";

const LOW_TO_CRITICAL = [...PRIORITIES].reverse();

export const priorityCases = casesOf("priority", [
  {
    title: "critical comes before high before medium before low, whatever was sent first",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      for (const priority of LOW_TO_CRITICAL) await sender.send(note(1, { priority }));
      for (const priority of LOW_TO_CRITICAL) await sender.send(note(2, { priority }));
      const deliveries = await receiver.receive("bob", { limit: 8 });
      assert.deepEqual(
        deliveries.map(({ message }) => message.priority),
        PRIORITIES.flatMap((priority) => [priority, priority]),
      );
      assert.deepEqual(numbersOf(deliveries), [1, 2, 1, 2, 1, 2, 1, 2]);
    },
  },
  {
    title: "what one sender sent comes first in, first out within a priority, however it is received",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const other = await scene.transport();
      const sent = Array.from({ length: 40 }, (_, n) => n);
      await Promise.all([
        Promise.all(sent.map((n) => sender.send(note(n)))),
        (async () => {
          for (const n of sent) await other.send(note(n, { from: "carol" }));
        })(),
      ]);
      const received: Record<string, unknown[]> = { alice: [], carol: [] };
      for (let deliveries = await receiver.receive("bob", { limit: 7 }); deliveries.length > 0; ) {
        for (const delivery of deliveries) received[delivery.message.from]?.push(...numbersOf([delivery]));
        await Promise.all(deliveries.map((delivery) => delivery.ack()));
        deliveries = await receiver.receive("bob", { limit: 7 });
      }
      assert.deepEqual(received, { alice: sent, carol: sent });
    },
  },
  {
    title: "the limit is exact across priorities, and no more is leased than is handed out",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      for (const priority of LOW_TO_CRITICAL) await sender.send(note(1, { priority }));
      for (const priority of LOW_TO_CRITICAL) await sender.send(note(2, { priority }));
      const prioritiesOf = async (limit: number) =>
        (await receiver.receive("bob", { limit })).map(({ message }) => message.priority);
      assert.deepEqual(await prioritiesOf(1), ["critical"]);
      assert.deepEqual(await holds(sender), { ready: 7, delayed: 0, inFlight: 1, dead: 0 });
      assert.deepEqual(await prioritiesOf(3), ["critical", "high", "high"]);
      assert.deepEqual(await holds(sender), { ready: 4, delayed: 0, inFlight: 4, dead: 0 });
    },
  },
  {
    title: "an urgent message overtakes a backlog",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      for (let n = 0; n < 30; n += 1) await sender.send(note(n, { priority: "low" }));
      await sender.send(note(99, { priority: "high" }));
      const [first] = await receiver.receive("bob", { limit: 1 });
      assert.deepEqual(first?.message.content, { n: 99 });
    },
  },
  {
    title: "what is offered again stands where it stood, ahead of what was never delivered, however it came back",
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      for (const n of [1, 2, 3, 4, 5]) await sender.send(note(n));
      const first = await receiveOne(scene, receiver);
      await receiveOne(scene, receiver, "bob", { leaseMs: SHORT_LEASE_MS });
      const third = await receiveOne(scene, receiver);
      await third.retry();
      await eventually(scene.patienceMs, async () => assert.equal((await holds(sender))?.ready, 4));
      await first.retry();
      assert.deepEqual(numbersOf(await receiver.receive("bob", { limit: 2 })), [1, 2]);
      assert.deepEqual(numbersOf(await receiver.receive("bob")), [3, 4, 5]);
    },
  },
]);
