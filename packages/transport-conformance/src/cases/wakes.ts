import assert from "node:assert/strict";
import { casesOf } from "../conformance-case.js";
import { note, pair, subscribed } from "../play.js";

const ROUNDS = 20;

/**
 * Fails unless the quicker quarter was quick enough. A busy machine delays some rounds, a driver that wakes late delays all, and
 * one that polls delays three in four.
 */
function judge(samples: readonly number[], wakeMs: number): void {
  const took = [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 4)] as number;
  assert.ok(took <= wakeMs, `three in four of ${samples.length} took ${took} ms or more, wakeMs is ${wakeMs}`);
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
      judge(samples, scene.wakeMs);
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
      judge(samples, scene.wakeMs);
    },
  },
]);
