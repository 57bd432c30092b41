import { Queue } from "bullmq";
import { drainMailbox } from "../contenders/drain-mailbox.js";
import { encodingAlone } from "../contenders/limits.js";
import { messageOf, wireOf } from "../contenders/message-of.js";
import { OURS } from "../contenders/open-agentcomm.js";
import { addWorkQueue, openNats } from "../contenders/open-nats.js";
import { fieldOf, openRedis } from "../contenders/open-redis.js";
import { ours } from "../contenders/ours.js";
import type { Contender, Place } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

/** A fifth of a second at least: with fewer, a round is mostly its beginning. */
const COUNT = 50_000;
const WIDTH = 500;

/** Sending, 500 at a time, each send awaited. */
export const send: Work = {
  id: "send",
  title: "send, 500 in flight, each one awaited",
  quantities: ["perSecond"],
  contenders: [agentComm(), bareAdd(), bullAdd(), bullAddBulk(), nats(), encodingAlone(COUNT)],
  targets: [
    { contender: OURS.redis.name, quantity: "perSecond", against: "ioredis XADD, auto-pipelined", bound: 1 },
    { contender: OURS.redis.name, quantity: "perSecond", against: "BullMQ addBulk of 500", bound: 6 },
  ],
};

/** Makes `count` calls with 500 under way, and tells how many that were a second. */
async function timed(count: number, call: (note: Note) => Promise<unknown>): Promise<number> {
  const notes = Array.from({ length: count }, (_, index) => makeNote(index));
  const start = performance.now();
  await inFlight(count, WIDTH, (index) => call(notes[index] as Note));
  return rate(count, performance.now() - start);
}

function agentComm(): Contender {
  return ours("redis", (transport, place) => {
    const count = place.count(COUNT);
    return {
      async round() {
        const perSecond = await timed(count, (note) => transport.send(messageOf(note)));
        const arrivals = new Arrivals(count);
        await drainMailbox(transport, "worker", ({ content }) => arrivals.add(content as unknown as Note));
        arrivals.check();
        return { perSecond };
      },
    };
  });
}

function bareAdd(): Contender {
  return {
    name: "ioredis XADD, auto-pipelined",
    keeps: "log",
    note: "no validation, no leases, no sequence numbers: what the client itself can do",
    async open(place) {
      const client = await openRedis(place.redisUrl, { enableAutoPipelining: true });
      const count = place.count(COUNT);
      return {
        async round() {
          const key = place.name();
          const perSecond = await timed(count, (note) =>
            client.xadd(key, "*", "message", JSON.stringify(wireOf(note))),
          );
          const arrivals = new Arrivals(count);
          for (const [, fields] of await client.xrange(key, "-", "+")) {
            arrivals.add((JSON.parse(fieldOf(fields, "message")) as { content: Note }).content);
          }
          await client.del(key);
          arrivals.check();
          return { perSecond };
        },
        [Symbol.asyncDispose]: async () => client.disconnect(),
      };
    },
  };
}

async function openQueue(place: Place): Promise<{ readonly queue: Queue; name: string }> {
  const name = place.name();
  const queue = new Queue(name, { connection: { url: place.redisUrl } });
  await queue.waitUntilReady();
  return { queue, name };
}

function bullAdd(): Contender {
  return {
    name: "BullMQ add",
    keeps: "log",
    async open(place) {
      const { queue } = await openQueue(place);
      const count = place.count(COUNT);
      return {
        async round() {
          const perSecond = await timed(count, (note) => queue.add("note", note));
          await checkQueue(queue, count);
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => queue.close(),
      };
    },
  };
}

function bullAddBulk(): Contender {
  return {
    name: "BullMQ addBulk of 500",
    keeps: "log",
    note: "one promise for 500 jobs: what its documentation recommends for many",
    async open(place) {
      const { queue } = await openQueue(place);
      const count = place.count(COUNT);
      return {
        async round() {
          const notes = Array.from({ length: count }, (_, index) => ({ name: "note", data: makeNote(index) }));
          const start = performance.now();
          for (let at = 0; at < count; at += WIDTH) await queue.addBulk(notes.slice(at, at + WIDTH));
          const perSecond = rate(count, performance.now() - start);
          await checkQueue(queue, count);
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => queue.close(),
      };
    },
  };
}

async function checkQueue(queue: Queue, count: number): Promise<void> {
  const arrivals = new Arrivals(count);
  for (const { data } of await queue.getJobs(["waiting"], 0, count)) arrivals.add(data as Note);
  await queue.obliterate({ force: true });
  arrivals.check();
}

function nats(): Contender {
  return {
    name: "NATS JetStream publish",
    keeps: "log",
    note: "file storage, synced every two minutes as is its default",
    async open(place) {
      const nats = await openNats(place);
      const count = place.count(COUNT);
      return {
        async round() {
          const name = place.name();
          await addWorkQueue(nats, name);
          const perSecond = await timed(count, (note) => nats.client.publish(name, JSON.stringify(wireOf(note))));
          const arrivals = new Arrivals(count);
          const consumer = await nats.client.consumers.get(name, name);
          for await (const message of await consumer.consume({ max_messages: 1_000 })) {
            arrivals.add(message.json<{ content: Note }>().content);
            message.ack();
            if (message.info.pending === 0) break;
          }
          await nats.manager.streams.delete(name);
          arrivals.check();
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
      };
    },
  };
}
