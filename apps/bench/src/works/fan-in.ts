import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";
import { messageOf } from "./send.js";

const SENDERS = 50;
const COUNT = 20_000;
const WIDTH = 500;

/** Fifty agents send to one, which handles as they come. */
export const fanIn: Work = {
  id: "fan-in",
  title: `${SENDERS} senders, one handler, at the same time`,
  quantities: ["perSecond"],
  contenders: [ours("redis"), ours("memory")],
};

function ours(which: Ours): Contender {
  return {
    ...OURS[which],
    async open(place) {
      const transport = await openAgentComm(which, place);
      const count = place.count(COUNT);
      return {
        async round() {
          const arrivals = new Arrivals(count);
          const receiving = transport.subscribe(
            "worker",
            async ({ message }) => arrivals.add(message.content as unknown as Note),
            { concurrency: WIDTH },
          );
          const notes = Array.from({ length: count }, (_, index) => makeNote(index));
          const start = performance.now();
          await inFlight(count, WIDTH, (index) =>
            transport.send({ ...messageOf(notes[index] as Note), from: `sender-${index % SENDERS}` }),
          );
          await arrivals.all;
          await receiving.stop();
          const perSecond = rate(count, performance.now() - start);
          arrivals.check();
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => transport.close(),
      };
    },
  };
}
