import { drainMailbox } from "../contenders/drain-mailbox.js";
import { messageOf, wireOf } from "../contenders/message-of.js";
import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import { openRedis } from "../contenders/open-redis.js";
import { readAll } from "../contenders/read-all.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const SIZES = [512, 1_024, 4_096, 16_384, 65_536];
const COUNT = 10_000;
/** Of one round, so that large messages are fewer. */
const MOST_BYTES = 40_000_000;
const WIDTH = 500;

/** The whole way, by the size of the message. */
export const sizes: readonly Work[] = [363, ...SIZES].map((bytes) => ({
  id: `size-${bytes}`,
  title: `send, receive and ack messages of ${bytes.toLocaleString("en-US")} bytes`,
  series: { id: "sizes", title: "messages a second, sent, received and acked, by their size in bytes", at: bytes },
  quantities: ["perSecond"],
  contenders: [ours("redis", bytes), ours("memory", bytes), bare(bytes)],
}));

function countOf(scaled: (full: number) => number, bytes: number): number {
  return scaled(Math.min(COUNT, Math.floor(MOST_BYTES / bytes)));
}

function ours(which: Ours, bytes: number): Contender {
  return {
    ...OURS[which],
    async open(place) {
      const transport = await openAgentComm(which, place);
      const count = countOf(place.count, bytes);
      return {
        async round() {
          const arrivals = new Arrivals(count);
          const notes = Array.from({ length: count }, (_, index) => makeNote(index, bytes));
          const start = performance.now();
          await inFlight(count, WIDTH, (index) => transport.send(messageOf(notes[index] as Note)));
          await drainMailbox(transport, "worker", ({ content }) => arrivals.add(content as unknown as Note), WIDTH);
          const perSecond = rate(count, performance.now() - start);
          arrivals.check(bytes);
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => transport.close(),
      };
    },
  };
}

function bare(bytes: number): Contender {
  return {
    name: "bare XADD, XREADGROUP 500, XACK, XDEL",
    keeps: "log",
    async open(place) {
      const client = await openRedis(place.redisUrl, { enableAutoPipelining: true });
      const count = countOf(place.count, bytes);
      return {
        async round() {
          const key = place.name();
          await client.xgroup("CREATE", key, "workers", "0", "MKSTREAM");
          const arrivals = new Arrivals(count);
          const notes = Array.from({ length: count }, (_, index) => makeNote(index, bytes));
          const start = performance.now();
          await inFlight(count, WIDTH, (index) =>
            client.xadd(key, "*", "message", JSON.stringify(wireOf(notes[index] as Note))),
          );
          await readAll(client, key, (note) => arrivals.add(note));
          const perSecond = rate(count, performance.now() - start);
          await client.del(key);
          arrivals.check(bytes);
          return { perSecond };
        },
        [Symbol.asyncDispose]: async () => client.disconnect(),
      };
    },
  };
}
