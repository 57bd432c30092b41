import type { Actor } from "../actors/actor.js";
import type { HeldWatch } from "../oracle/held-watch.js";
import type { Scene } from "../scene/scene.js";

/**
 * Kills a receiver that holds something. Each is stopped before its journal is looked into, so that it still holds what is found there
 * when it is killed; one that holds nothing goes on. Resolves to its place among them; undefined if none of them held anything.
 */
export async function killHolder(
  scene: Scene,
  receivers: readonly Actor[],
  held: HeldWatch,
): Promise<number | undefined> {
  const first = scene.between(0, receivers.length - 1);
  for (let step = 0; step < receivers.length; step++) {
    const victim = (first + step) % receivers.length;
    const receiver = receivers[victim] as Actor;
    receiver.pause();
    if (await held.holds(receiver.pid)) {
      await scene.kill(receiver);
      return victim;
    }
    receiver.resume();
  }
  return undefined;
}
