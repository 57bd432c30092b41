import { handleAll } from "../contenders/handle-all.js";
import { messageOf } from "../contenders/message-of.js";
import type { Ours } from "../contenders/open-agentcomm.js";
import { ours } from "../contenders/ours.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNotes, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const SENDERS = 50;
const COUNT = 20_000;
const WIDTH = 500;

/** Fifty agents send to one, which handles as they come. */
export const fanIn: Work = {
  id: "fan-in",
  title: `${SENDERS} senders, one handler, at the same time`,
  quantities: ["perSecond"],
  contenders: [run("redis"), run("memory")],
};

function run(which: Ours): Contender {
  return ours(which, (transport, place) => {
    const notes = makeNotes(place.count(COUNT));
    return {
      async round() {
        const arrivals = new Arrivals(notes.length);
        const start = performance.now();
        const handled = handleAll(transport, arrivals, WIDTH);
        await inFlight(notes.length, WIDTH, (index) =>
          transport.send({ ...messageOf(notes[index] as Note), from: `sender-${index % SENDERS}` }),
        );
        await handled();
        const perSecond = rate(notes.length, performance.now() - start);
        arrivals.check();
        return { perSecond };
      },
    };
  });
}
