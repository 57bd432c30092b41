import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import type { JsonObject } from "@agentcomm/protocol";
import { Queue, QueueEvents, Worker } from "bullmq";
import { roundTrips, taskStorage } from "../contenders/limits.js";
import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import { openMoleculer } from "../contenders/open-moleculer.js";
import type { Contender, Keeps, Opened, Place } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { latencies, rate } from "../measure/summary.js";
import { LATENCIES, type Work } from "../measure/work.js";

const WIDTH = 200;

/** Asks somebody to do a task, and resolves to its result: the note that it was given. */
type Ask = (note: Note) => Promise<Note>;

/** Somebody who does tasks. */
interface Doer {
  readonly name: string;
  readonly keeps: Keeps;
  readonly note?: string;
  /** Tasks of a round at full scale, many at a time and one at a time. */
  readonly many: number;
  readonly single: number;
  open(place: Place): Promise<{ readonly ask: Ask; close(): Promise<unknown> }>;
}

const BULL = "BullMQ add and waitUntilFinished";
const MOLECULER = "Moleculer call on Redis pub/sub";

const DOERS: readonly Doer[] = [coordinator("redis"), request("redis"), coordinator("memory"), bull(), moleculer()];

/** Tasks, many at a time. */
export const tasks: Work = {
  id: "tasks",
  title: "task, from its assignment to its result, 200 in flight",
  quantities: ["perSecond"],
  contenders: [...DOERS.map(manyAtATime), taskStorage(10_000, WIDTH)],
  targets: [
    { contender: OURS.redis.name, quantity: "perSecond", against: BULL, bound: 8 },
    { contender: OURS.redis.name, quantity: "perSecond", against: MOLECULER, bound: 1 },
  ],
};

/** Tasks, one at a time. */
export const taskLatency: Work = {
  id: "task-latency",
  title: "task, from its assignment to its result, one at a time",
  quantities: LATENCIES,
  contenders: [...DOERS.map(oneAtATime), roundTrips(6, 1_000)],
  targets: [{ contender: OURS.redis.name, quantity: "p50Ms", against: BULL, bound: 0.5 }],
};

function manyAtATime({ open, many, ...about }: Doer): Contender {
  return contender(about, open, async (ask, place) => {
    const count = place.count(many);
    const arrivals = new Arrivals(count);
    const start = performance.now();
    await inFlight(count, WIDTH, async (index) => arrivals.add(await ask(makeNote(index))));
    const perSecond = rate(count, performance.now() - start);
    arrivals.check();
    return { perSecond };
  });
}

function oneAtATime({ open, single, ...about }: Doer): Contender {
  return contender(about, open, async (ask, place) => {
    const count = place.count(single);
    const arrivals = new Arrivals(count);
    const timesMs = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      const start = performance.now();
      const answer = await ask(makeNote(index));
      timesMs[index] = performance.now() - start;
      arrivals.add(answer);
    }
    arrivals.check();
    return latencies(timesMs);
  });
}

function contender(
  { name, keeps, note }: Pick<Doer, "name" | "keeps" | "note">,
  open: Doer["open"],
  round: (ask: Ask, place: Place) => ReturnType<Opened["round"]>,
): Contender {
  return {
    name,
    keeps,
    ...(note === undefined ? {} : { note }),
    async open(place) {
      const { ask, close } = await open(place);
      return { round: () => round(ask, place), [Symbol.asyncDispose]: async () => void (await close()) };
    },
  };
}

function coordinator(which: Ours): Doer {
  return {
    ...OURS[which],
    note: "coordinator and agent: the task's record is kept, its agent chosen by capability and load",
    many: which === "redis" ? 10_000 : 20_000,
    single: 1_000,
    async open(place) {
      const transport = await openAgentComm(which, place);
      const agent = createAgent({ id: "worker", transport, capabilities: ["echo"], maxConcurrentTasks: WIDTH });
      agent.onTask("echo", async (input) => input);
      await agent.start();
      const boss = createCoordinator({ id: "boss", transport });
      await boss.start();
      return {
        async ask(note) {
          const parameters = { ...note };
          const task = await boss.assignTask({ taskType: "echo", parameters, requiredCapabilities: ["echo"] });
          return (await task.result()) as unknown as Note;
        },
        async close() {
          await boss.stop();
          await agent.stop();
          await transport.close();
        },
      };
    },
  };
}

function request(which: Ours): Doer {
  return {
    name: `${OURS[which].name}, request`,
    keeps: OURS[which].keeps,
    note: "a durable request and its answer between two agents, without a task's record",
    many: 20_000,
    single: 1_000,
    async open(place) {
      const transport = await openAgentComm(which, place);
      const worker = createAgent({ id: "worker", transport });
      worker.onMessage("echo", async ({ content }) => content);
      const asker = createAgent({ id: "asker", transport });
      await Promise.all([worker.start(), asker.start()]);
      return {
        async ask(note) {
          return (await asker.request("worker", {
            type: "echo",
            content: { ...note } as JsonObject,
          })) as unknown as Note;
        },
        async close() {
          await Promise.all([worker.stop(), asker.stop()]);
          await transport.close();
        },
      };
    },
  };
}

function bull(): Doer {
  return {
    name: BULL,
    keeps: "log",
    many: 4_000,
    single: 1_000,
    async open(place) {
      const connection = { url: place.redisUrl };
      const name = place.name();
      const queue = new Queue(name, { connection });
      // Each job that is waited for listens.
      queue.setMaxListeners(2 * WIDTH);
      const events = new QueueEvents(name, { connection });
      const worker = new Worker(name, async ({ data }) => data as Note, { connection, concurrency: WIDTH });
      await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);
      return {
        async ask(note) {
          // Not removed at once: waiting for a job that is gone rejects.
          const job = await queue.add("echo", note, { removeOnComplete: 1_000 });
          return (await job.waitUntilFinished(events)) as Note;
        },
        async close() {
          await worker.close();
          await events.close();
          await queue.close();
        },
      };
    },
  };
}

function moleculer(): Doer {
  return {
    name: MOLECULER,
    keeps: "nothing",
    many: 10_000,
    single: 1_000,
    async open(place) {
      const { caller, ...brokers } = await openMoleculer(place, {
        name: "worker",
        actions: { echo: ({ params }: { readonly params: Note }) => params },
      });
      return {
        ask: async (note) => await caller.call<Note, Note>("worker.echo", note),
        close: async () => await brokers[Symbol.asyncDispose](),
      };
    },
  };
}
