import { floodOfLow } from "./flood-of-low.js";
import { joinParts } from "./join-parts.js";
import { noisySender } from "./noisy-sender.js";
import type { Row } from "./row.js";

/** F20: who sends more than is done, or more than all others, takes nothing away from what is urgent, or others'. */
export const floods: Row = {
  id: "F20",
  title: "flood of low priority, trickle of high; one noisy sender of 50",
  invariant: "high p99 ≤ 1 s; the other senders keep ≥ 90 % of their throughput",
  testScale: 0.03,
  async run(scene) {
    const priorities = await floodOfLow(await scene.part());
    const senders = await noisySender(await scene.part());
    return { ...joinParts({ priorities, senders }), worstRecoveryMs: null };
  },
};
