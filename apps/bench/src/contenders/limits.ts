/** What bounds a contender of ours: a part of its work by itself. The difference to the whole is what could still be gained. */
import { decodeMessage, type Transport } from "@agentcomm/protocol";
import { encodeInput, FINISHED_TASKS, OPEN_TASKS } from "@agentcomm/protocol/internal";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNotes, type Note } from "../measure/note.js";
import { latencies, rate } from "../measure/summary.js";
import { messageOf } from "./message-of.js";
import { openRedis } from "./open-redis.js";
import { ours } from "./ours.js";

/** So many round trips to Redis, each awaited before the next: PING, which costs the server nothing. */
export function roundTrips(trips: number, full: number): Contender {
  return {
    name: `limit: ${trips} round trips, one after the other`,
    keeps: "nothing",
    note: "PING: what the way to the server and back takes by itself",
    async open(place) {
      const client = await openRedis(place.redisUrl);
      const timesMs = new Float64Array(place.count(full));
      return {
        async round() {
          for (let index = 0; index < timesMs.length; index++) {
            const start = performance.now();
            for (let trip = 0; trip < trips; trip++) await client.ping();
            timesMs[index] = performance.now() - start;
          }
          return latencies(timesMs);
        },
        [Symbol.asyncDispose]: async () => client.disconnect(),
      };
    },
  };
}

/** Messages checked and written as bytes, and sent nowhere. */
export function encodingAlone(full: number): Contender {
  return codec("limit: encoding alone", full, (notes) => {
    for (const note of notes) Buffer.from(encodeInput(messageOf(note), {}).text);
    return notes;
  });
}

/** Messages checked and written as bytes, read from them and checked: no mailbox, no leases, no promises. */
export function codecAlone(full: number): Contender {
  return codec("limit: encoding and decoding alone", full, (notes) =>
    notes.map((note) => {
      const bytes = Buffer.from(encodeInput(messageOf(note), {}).text);
      return decodeMessage(bytes).content as unknown as Note;
    }),
  );
}

function codec(name: string, full: number, work: (notes: readonly Note[]) => readonly Note[]): Contender {
  return {
    name,
    keeps: "nothing",
    note: "what validation and text cost by themselves",
    async open(place) {
      const notes = makeNotes(place.count(full));
      return {
        async round() {
          const arrivals = new Arrivals(notes.length);
          const start = performance.now();
          const done = work(notes);
          const perSecond = rate(notes.length, performance.now() - start);
          for (const note of done) arrivals.add(note);
          arrivals.check();
          return { perSecond };
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

/** What a task stores, by itself: two messages, each received and acked, and four writes of a record, one after the other. */
export function taskStorage(full: number, width: number): Contender {
  return ours(
    "redis",
    (transport, place) => {
      const run = place.name();
      const count = place.count(full);
      const asked = new Map<string, (note: Note) => void>();
      const receiving = [
        transport.subscribe("worker", ({ message }) => answer(transport, message.id, message.content), {
          concurrency: width,
        }),
        transport.subscribe(
          "boss",
          async ({ message }) => asked.get(message.correlationId as string)?.(note(message)),
          {
            concurrency: width,
          },
        ),
      ];
      let round = 0;
      return {
        async round() {
          const notes = makeNotes(count);
          const arrivals = new Arrivals(count);
          const first = `${run}-${round++}`;
          const start = performance.now();
          await inFlight(count, width, async (index) => {
            const id = `${first}-${index}`;
            const record = { taskId: id, state: "assigned", parameters: { ...(notes[index] as Note) } };
            const answered = new Promise<Note>((resolve) => asked.set(id, resolve));
            const version = await transport.records.put(OPEN_TASKS, id, record, { ifVersion: 0 });
            await transport.send({ ...messageOf(notes[index] as Note), id, from: "boss" }, { idempotencyKey: id });
            const result = await answered;
            asked.delete(id);
            const ended = { ...record, state: "completed", result: { ...result } };
            await transport.records.put(OPEN_TASKS, id, ended, { ifVersion: version });
            arrivals.add(result);
            await transport.records.put(FINISHED_TASKS, id, ended, { ttlMs: 60_000 });
            await transport.records.delete(OPEN_TASKS, id);
          });
          const perSecond = rate(count, performance.now() - start);
          arrivals.check();
          return { perSecond };
        },
        end: () => Promise.all(receiving.map((each) => each.stop())),
      };
    },
    {
      name: "limit: what a task stores",
      note: "two messages and four writes of its record, without coordinator, registry and agent",
    },
  );
}

const note = ({ content }: { readonly content: unknown }): Note => content as Note;

async function answer(transport: Transport, id: string, content: unknown): Promise<void> {
  const { number, text } = content as Note;
  const message = { ...messageOf({ number, text }, "boss"), from: "worker", correlationId: id };
  await transport.send(message, { idempotencyKey: id });
}
