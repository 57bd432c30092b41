import type { Contender } from "../measure/contender.js";
import { Arrivals, makeNotes } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import { handleAll } from "./handle-all.js";
import type { Ours } from "./open-agentcomm.js";
import { ours } from "./ours.js";
import { sendAll } from "./send-all.js";

const COUNTS = { redis: 20_000, memory: 50_000 };
const AT_ONCE = 500;

/** The whole way of a message, from its send to the answer of its ack, sending and handling at the same time. */
export function wholeWay(which: Ours, about: Partial<Pick<Contender, "name" | "note">> = {}): Contender {
  return ours(
    which,
    (transport, place) => {
      const notes = makeNotes(place.count(COUNTS[which]));
      return {
        async round() {
          const arrivals = new Arrivals(notes.length);
          const start = performance.now();
          const handled = handleAll(transport, arrivals, AT_ONCE);
          await sendAll(transport, notes);
          await handled();
          const perSecond = rate(notes.length, performance.now() - start);
          arrivals.check();
          return { perSecond };
        },
      };
    },
    about,
  );
}
