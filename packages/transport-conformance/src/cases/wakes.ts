import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { note, pair, subscribed } from "../play.js";

const ROUNDS = 15;

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] as number;
}

export const wakeCases = casesOf("wakes", [
  {
    title: "a waiting receiver has a message within wakeMs of its sending",
    quiet: true,
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      const samples: number[] = [];
      for (let n = 0; n < ROUNDS; n += 1) {
        const waiting = receiver.receive("bob", { waitMs: scene.patienceMs });
        // By the time that this is answered, the receive has found nothing and waits.
        await receiver.stats();
        const sentAt = performance.now();
        await sender.send(note(n));
        const [delivery] = await waiting;
        samples.push(performance.now() - sentAt);
        await delivery?.ack();
      }
      const took = median(samples);
      assert.ok(took <= scene.wakeMs, `the median of ${ROUNDS} took ${took} ms, more than wakeMs ${scene.wakeMs}`);
    },
  },
  {
    title: "a subscription has a message within wakeMs of its sending",
    quiet: true,
    async run(scene) {
      const { sender, receiver } = await pair(scene);
      let arrived = (_at: number): void => {};
      await using _subscription = subscribed(receiver, async () => arrived(performance.now()), { concurrency: 2 });
      const samples: number[] = [];
      for (let n = 0; n < ROUNDS; n += 1) {
        await receiver.stats();
        const arrival = new Promise<number>((resolve) => {
          arrived = resolve;
        });
        const sentAt = performance.now();
        await sender.send(note(n));
        samples.push((await arrival) - sentAt);
      }
      const took = median(samples);
      assert.ok(took <= scene.wakeMs, `the median of ${ROUNDS} took ${took} ms, more than wakeMs ${scene.wakeMs}`);
    },
  },
]);
