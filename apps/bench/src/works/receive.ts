import { decodeMessage, type Transport } from "@agentcomm/protocol";
import { Queue, Worker } from "bullmq";
import { drainMailbox } from "../contenders/drain-mailbox.js";
import { handleAll } from "../contenders/handle-all.js";
import { wireOf } from "../contenders/message-of.js";
import { OURS } from "../contenders/open-agentcomm.js";
import { addWorkQueue, openNats } from "../contenders/open-nats.js";
import { openRedis } from "../contenders/open-redis.js";
import { ours } from "../contenders/ours.js";
import { readAll } from "../contenders/read-all.js";
import { sendAll } from "../contenders/send-all.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, makeNotes, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

/** A third of a second: with fewer, a round is mostly its beginning. */
const COUNT = 50_000;
const AT_ONCE = 500;

const BARE = "bare XREADGROUP 500, JSON.parse, XACK, XDEL";

/** Receiving and acking what lies in a mailbox. */
export const receive: Work = {
  id: "receive",
  title: "receive and ack a backlog",
  quantities: ["perSecond"],
  contenders: [
    subscription(),
    loop(),
    bareLoop({ name: BARE, note: "nothing is validated, settling is not fenced: what the commands themselves cost" }),
    bullWorker(),
    nats(),
    bareLoop({ name: "limit: the bare loop, its messages validated", note: "settling is not fenced" }, decodeMessage),
  ],
  targets: [
    { contender: OURS.redis.name, quantity: "perSecond", against: BARE, bound: 0.8 },
    { contender: OURS.redis.name, quantity: "perSecond", against: "BullMQ worker, concurrency 200", bound: 8 },
  ],
};

function subscription(): Contender {
  const note = "a subscription with 500 handlers at once, each acked when its handler ends";
  return receiving({ note }, (transport, arrivals) => handleAll(transport, arrivals, AT_ONCE)());
}

function loop(): Contender {
  const about = {
    name: "AgentComm on Redis, receive in a loop",
    note: "receive with limit 500, then all acks together",
  };
  return receiving(about, (transport, arrivals) =>
    drainMailbox(transport, "worker", ({ content }) => arrivals.add(content as unknown as Note), AT_ONCE),
  );
}

function receiving(
  about: Partial<Pick<Contender, "name" | "note">>,
  receiveAll: (transport: Transport, arrivals: Arrivals) => Promise<void>,
): Contender {
  return ours(
    "redis",
    (transport, place) => {
      const notes = makeNotes(place.count(COUNT));
      return {
        async round() {
          await sendAll(transport, notes);
          const arrivals = new Arrivals(notes.length);
          const start = performance.now();
          await receiveAll(transport, arrivals);
          const perSecond = rate(notes.length, performance.now() - start);
          arrivals.check();
          return { perSecond };
        },
      };
    },
    about,
  );
}

function bareLoop(about: Pick<Contender, "name" | "note">, parse?: (text: string) => unknown): Contender {
  return {
    ...about,
    keeps: "log",
    async open(place) {
      const client = await openRedis(place.redisUrl, { enableAutoPipelining: true });
      const count = place.count(COUNT);
      return {
        async round() {
          const key = place.name();
          await client.xgroup("CREATE", key, "workers", "0", "MKSTREAM");
          await inFlight(count, AT_ONCE, (index) =>
            client.xadd(key, "*", "message", JSON.stringify(wireOf(makeNote(index)))),
          );
          const arrivals = new Arrivals(count);
          const start = performance.now();
          await readAll(client, key, (note) => arrivals.add(note), parse);
          const perSecond = rate(count, performance.now() - start);
          await client.del(key);
          arrivals.check();
          return { perSecond };
        },
        [Symbol.asyncDispose]: async () => client.disconnect(),
      };
    },
  };
}

function bullWorker(): Contender {
  return {
    name: "BullMQ worker, concurrency 200",
    keeps: "log",
    async open(place) {
      const connection = { url: place.redisUrl };
      const name = place.name();
      const queue = new Queue(name, { connection });
      await queue.waitUntilReady();
      const count = place.count(COUNT);
      return {
        async round() {
          const jobs = Array.from({ length: count }, (_, index) => ({
            name: "note",
            data: makeNote(index),
            opts: { removeOnComplete: true },
          }));
          for (let at = 0; at < count; at += AT_ONCE) await queue.addBulk(jobs.slice(at, at + AT_ONCE));
          const arrivals = new Arrivals(count);
          const worker = new Worker(name, async ({ data }) => arrivals.add(data as Note), {
            connection,
            concurrency: 200,
            autorun: false,
          });
          await worker.waitUntilReady();
          const start = performance.now();
          const running = worker.run();
          await arrivals.all;
          await worker.close();
          const perSecond = rate(count, performance.now() - start);
          await running;
          arrivals.check();
          await queue.obliterate({ force: true });
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => queue.close(),
      };
    },
  };
}

function nats(): Contender {
  return {
    name: "NATS JetStream consume and ack",
    keeps: "log",
    async open(place) {
      const nats = await openNats(place);
      const count = place.count(COUNT);
      return {
        async round() {
          const name = place.name();
          await addWorkQueue(nats, name);
          await inFlight(count, AT_ONCE, (index) => nats.client.publish(name, JSON.stringify(wireOf(makeNote(index)))));
          const arrivals = new Arrivals(count);
          const consumer = await nats.client.consumers.get(name, name);
          const start = performance.now();
          const messages = await consumer.consume({ max_messages: 1_000 });
          let left = count;
          for await (const message of messages) {
            arrivals.add(message.json<{ content: Note }>().content);
            message.ack();
            if (--left === 0) break;
          }
          // Acks are answered by nobody: this is, and comes after them.
          await nats.connection.flush();
          const perSecond = rate(count, performance.now() - start);
          await nats.manager.streams.delete(name);
          arrivals.check();
          return { perSecond };
        },
        [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
      };
    },
  };
}
