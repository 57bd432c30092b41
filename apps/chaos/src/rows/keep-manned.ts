import type { Actor } from "../actors/actor.js";
import type { ReceiverPlan, Scene } from "../scene/scene.js";

/** Receivers that are replaced when they die. */
export interface Crew {
  /** Stops them in good order. Resolves to how many had died. */
  stop(): Promise<number>;
}

/** Starts so many receivers, and another one at once for each that dies: what supervises processes does the same. */
export async function keepManned(scene: Scene, plan: ReceiverPlan, count: number): Promise<Crew> {
  const alive = new Set<Actor>();
  let stopping = false;
  let deaths = 0;
  const man = async (): Promise<void> => {
    const receiver = await scene.receiver({ ...plan, mayDie: true });
    alive.add(receiver);
    void receiver.ended.then(() => {
      alive.delete(receiver);
      if (stopping) return;
      deaths += 1;
      scene.fault("process ended by a message");
      const post = man();
      // Told when they are waited for.
      post.catch(() => undefined);
      posts.push(post);
    });
  };
  const posts = Array.from({ length: count }, man);
  await scene.until(Promise.all(posts));
  return {
    async stop() {
      stopping = true;
      // Those that were being started at this moment, too.
      await scene.until(Promise.all(posts));
      await scene.stop([...alive]);
      return deaths;
    },
  };
}
