import { messageOf } from "../contenders/message-of.js";
import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { makeNote } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const DEEP = 1_000_000;
const SHALLOW = 1_000;
const RECEIVED = 20_000;

const deepName = `${OURS.redis.name}, backlog of 1,000,000`;
const shallowName = `${OURS.redis.name}, backlog of 1,000`;

/** Receiving from a deep mailbox as fast as from a shallow one: what is received is sent again, so that the depth stays. */
export const backlog: Work = {
  id: "backlog",
  title: "receive and ack 500 at a time, by the depth of the mailbox",
  quantities: ["perSecond"],
  contenders: [
    ours("redis", deepName, DEEP),
    ours("redis", shallowName, SHALLOW),
    ours("memory", `${OURS.memory.name}, backlog of 1,000,000`, DEEP),
    ours("memory", `${OURS.memory.name}, backlog of 1,000`, SHALLOW),
  ],
  targets: [{ contender: deepName, quantity: "perSecond", against: shallowName, bound: 0.9 }],
};

function ours(which: Ours, name: string, depth: number): Contender {
  return {
    ...OURS[which],
    name,
    async open(place) {
      const transport = await openAgentComm(which, place);
      await transport.openMailbox("worker", { capacity: 2 * DEEP });
      let sent = 0;
      const sendOn = async (count: number): Promise<void> => {
        const first = sent;
        sent += count;
        await inFlight(count, 500, (index) => transport.send(messageOf(makeNote(first + index))));
      };
      await sendOn(depth === SHALLOW ? SHALLOW : place.count(depth));
      let next = 0;
      return {
        async round() {
          let ms = 0;
          const count = place.count(RECEIVED);
          for (let received = 0; received < count; ) {
            const start = performance.now();
            const deliveries = await transport.receive("worker", { limit: 500 });
            await Promise.all(deliveries.map((delivery) => delivery.ack()));
            ms += performance.now() - start;
            for (const { message } of deliveries) {
              if (message.content.number !== next++) throw new Error("a message came out of its turn");
            }
            received += deliveries.length;
            await sendOn(deliveries.length);
          }
          return { perSecond: rate(count, ms) };
        },
        async [Symbol.asyncDispose]() {
          await transport.deleteMailbox("worker", { discard: true });
          await transport.close();
        },
      };
    },
  };
}
