import { messageOf } from "../contenders/message-of.js";
import type { Ours } from "../contenders/open-agentcomm.js";
import { ours } from "../contenders/ours.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { makeNote } from "../measure/note.js";
import { latencies } from "../measure/summary.js";
import { LATENCIES, type Work } from "../measure/work.js";

const BACKLOG = 100_000;
const URGENT = 200;

/** How long something critical takes to its handler when 100,000 messages of low priority wait in front of it. */
export const priorities: Work = {
  id: "priorities",
  title: "critical messages past a backlog of 100,000 of low priority",
  quantities: LATENCIES,
  contenders: [run("redis"), run("memory")],
};

function run(which: Ours): Contender {
  return ours(which, async (transport, place) => {
    const backlog = place.count(BACKLOG);
    await inFlight(backlog, 500, (index) => transport.send({ ...messageOf(makeNote(index)), priority: "low" }));
    return {
      async round() {
        const timesMs: number[] = [];
        for (let index = 0; index < place.count(URGENT); index++) {
          const start = performance.now();
          await transport.send({ ...messageOf(makeNote(index)), priority: "critical" });
          const [delivery] = await transport.receive("worker", { limit: 1 });
          timesMs.push(performance.now() - start);
          if (delivery?.message.priority !== "critical") throw new Error("something else was handed out first");
          await delivery.ack();
        }
        return latencies(timesMs);
      },
      end: () => transport.deleteMailbox("worker", { discard: true }),
    };
  });
}
