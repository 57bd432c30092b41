import { Queue, Worker } from "bullmq";
import { roundTrips } from "../contenders/limits.js";
import { messageOf, wireOf } from "../contenders/message-of.js";
import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import { addWorkQueue, openNats } from "../contenders/open-nats.js";
import { fieldOf, openRedis } from "../contenders/open-redis.js";
import type { Contender, Keeps, Place } from "../measure/contender.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { latencies, type Measured } from "../measure/summary.js";
import { LATENCIES, type Work } from "../measure/work.js";

const BARE = "bare XADD, blocking XREADGROUP, XACK, XDEL";

/** A line from a sender to a handler. */
interface Line {
  send(note: Note): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Somebody who hands notes to a handler as they come. */
interface Carrier {
  readonly name: string;
  readonly keeps: Keeps;
  readonly note?: string;
  open(place: Place, handle: (note: Note) => void): Promise<Line>;
}

const CARRIERS: readonly Carrier[] = [ours("redis"), ours("memory"), bare(), bull(), nats()];

/** From the call of send to the begin of the handler, nothing else going on. */
export const idleLatency: Work = {
  id: "idle-latency",
  title: "from send to handler, idle: one message at a time",
  quantities: LATENCIES,
  contenders: [...CARRIERS.map((carrier) => contender(carrier, oneByOne)), roundTrips(2, 1_000)],
  targets: [{ contender: OURS.redis.name, quantity: "p50Ms", against: BARE, bound: 1.5 }],
};

/** The same at a steady pace which all of them can keep. */
export const loadedLatency: Work = {
  id: "loaded-latency",
  title: "from send to handler, at 2,000 messages a second",
  quantities: LATENCIES,
  contenders: CARRIERS.map((carrier) => contender(carrier, atAPace)),
};

type Measure = (count: (full: number) => number, line: Line, handled: Handled) => Promise<Measured>;

/** Who waits for what the handler gets. */
class Handled {
  arrivals = new Arrivals(0);
  atMs = new Float64Array(0);
  next: (() => void) | undefined;

  begin(count: number): void {
    this.arrivals = new Arrivals(count);
    this.atMs = new Float64Array(count);
  }

  readonly handle = (note: Note): void => {
    this.atMs[note.number] = performance.now();
    this.arrivals.add(note);
    this.next?.();
  };
}

function contender({ name, keeps, note, open }: Carrier, measure: Measure): Contender {
  return {
    name,
    keeps,
    ...(note === undefined ? {} : { note }),
    async open(place) {
      const handled = new Handled();
      const line = await open(place, handled.handle);
      return {
        async round() {
          const measured = await measure(place.count, line, handled);
          handled.arrivals.check();
          return measured;
        },
        [Symbol.asyncDispose]: async () => void (await line.close()),
      };
    },
  };
}

async function oneByOne(scaled: (full: number) => number, line: Line, handled: Handled): Promise<Measured> {
  const count = scaled(1_000);
  handled.begin(count);
  const timesMs = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const arrived = new Promise<void>((resolve) => {
      handled.next = resolve;
    });
    const note = makeNote(index);
    const start = performance.now();
    await Promise.all([line.send(note), arrived]);
    timesMs[index] = (handled.atMs[index] as number) - start;
  }
  handled.next = undefined;
  return latencies(timesMs);
}

const PACE_PER_SECOND = 2_000;

async function atAPace(scaled: (full: number) => number, line: Line, handled: Handled): Promise<Measured> {
  const count = scaled(4_000);
  handled.begin(count);
  const dueMs = new Float64Array(count);
  const sends: Promise<unknown>[] = [];
  const begin = performance.now();
  while (sends.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - begin) * PACE_PER_SECOND) / 1_000) + 1);
    while (sends.length < due) {
      const index = sends.length;
      // Counted from when it was due: a sender that was kept from sending has a late message, not a fast one.
      dueMs[index] = begin + (index * 1_000) / PACE_PER_SECOND;
      sends.push(line.send(makeNote(index)));
    }
    await new Promise((resume) => setImmediate(resume));
  }
  await Promise.all(sends);
  await handled.arrivals.all;
  return latencies(dueMs.map((due, index) => (handled.atMs[index] as number) - due));
}

function ours(which: Ours): Carrier {
  return {
    ...OURS[which],
    async open(place, handle) {
      const transport = await openAgentComm(which, place);
      const receiving = transport.subscribe(
        "worker",
        async ({ message }) => handle(message.content as unknown as Note),
        { concurrency: 100 },
      );
      return {
        send: (note) => transport.send(messageOf(note)),
        async close() {
          await receiving.stop();
          await transport.close();
        },
      };
    },
  };
}

function bare(): Carrier {
  return {
    name: BARE,
    keeps: "log",
    note: "a connection of its own blocks on the stream",
    async open(place, handle) {
      const sender = await openRedis(place.redisUrl, { enableAutoPipelining: true });
      const reader = await openRedis(place.redisUrl);
      const key = place.name();
      await sender.xgroup("CREATE", key, "workers", "0", "MKSTREAM");
      let over = false;
      const read = async (): Promise<void> => {
        while (!over) {
          const command = ["GROUP", "workers", "one", "COUNT", 100, "BLOCK", 1_000, "STREAMS", key, ">"] as const;
          const answer = await reader.xreadgroup(...command);
          const [, entries = []] = (answer as [string, [string, string[]][]][] | null)?.[0] ?? [];
          for (const [, fields] of entries)
            handle((JSON.parse(fieldOf(fields, "message")) as { content: Note }).content);
          if (entries.length === 0) continue;
          const ids = entries.map(([id]) => id);
          void sender.xack(key, "workers", ...ids);
          void sender.xdel(key, ...ids);
        }
      };
      const reading = read();
      return {
        send: (note) => sender.xadd(key, "*", "message", JSON.stringify(wireOf(note))),
        async close() {
          over = true;
          await reading;
          sender.disconnect();
          reader.disconnect();
        },
      };
    },
  };
}

function bull(): Carrier {
  return {
    name: "BullMQ add to worker",
    keeps: "log",
    async open(place, handle) {
      const connection = { url: place.redisUrl };
      const name = place.name();
      const queue = new Queue(name, { connection, defaultJobOptions: { removeOnComplete: true } });
      const worker = new Worker(name, async ({ data }) => handle(data as Note), { connection, concurrency: 100 });
      await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
      return {
        send: (note) => queue.add("note", note),
        async close() {
          await worker.close();
          await queue.close();
        },
      };
    },
  };
}

function nats(): Carrier {
  return {
    name: "NATS JetStream publish to consumer",
    keeps: "log",
    async open(place, handle) {
      const nats = await openNats(place);
      const name = place.name();
      await addWorkQueue(nats, name);
      const consumer = await nats.client.consumers.get(name, name);
      const messages = await consumer.consume({ max_messages: 100 });
      const read = async (): Promise<void> => {
        for await (const message of messages) {
          handle(message.json<{ content: Note }>().content);
          message.ack();
        }
      };
      const reading = read();
      return {
        send: (note) => nats.client.publish(name, JSON.stringify(wireOf(note))),
        async close() {
          await messages.close();
          await reading;
          await nats.manager.streams.delete(name);
          await nats[Symbol.asyncDispose]();
        },
      };
    },
  };
}
