import { EventEmitter } from "node:events";
import { MESSAGE_TYPES } from "@agentcomm/protocol";
import fastq from "fastq";
import { z } from "zod";
import { codecAlone } from "../contenders/limits.js";
import { wireOf } from "../contenders/message-of.js";
import { OURS } from "../contenders/open-agentcomm.js";
import { wholeWay } from "../contenders/whole-way.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const COUNT = 50_000;
const WIDTH = 500;
const LOOP = "bare JSON.stringify, JSON.parse, zod";

/** What the memory transport does to each message, beside what is faster because it does less. */
export const memory: Work = {
  id: "memory",
  title: "in one process: send, validate, hand to a handler, ack",
  quantities: ["perSecond"],
  contenders: [wholeWay("memory"), bareLoop(), emitter(), queue(), codecAlone(COUNT)],
  targets: [{ contender: OURS.memory.name, quantity: "perSecond", against: LOOP, bound: 0.6 }],
};

/** A message by its shape: what a careful program would check of it at least. */
const Wire = z.object({
  message_id: z.string(),
  from_agent: z.string(),
  to_agent: z.string(),
  message_type: z.enum(MESSAGE_TYPES).or(z.string()),
  content: z.record(z.string(), z.unknown()),
  priority: z.enum(["low", "medium", "high", "critical"]),
  timestamp: z.string(),
});

function bareLoop(): Contender {
  return {
    name: LOOP,
    keeps: "nothing",
    note: "no queue, no leases, no promise a message: what the text itself costs",
    async open(place) {
      const count = place.count(COUNT);
      return simple(count, (notes, handle) => {
        for (const note of notes)
          handle(Wire.parse(JSON.parse(JSON.stringify(wireOf(note)))).content as unknown as Note);
      });
    },
  };
}

function emitter(): Contender {
  return {
    name: "EventEmitter",
    keeps: "nothing",
    note: "hands on the object itself: nothing is copied, validated or queued",
    async open(place) {
      return simple(place.count(COUNT), (notes, handle) => {
        const events = new EventEmitter();
        events.on("note", handle);
        for (const note of notes) events.emit("note", note);
      });
    },
  };
}

function queue(): Contender {
  return {
    name: "fastq, promises, concurrency 500",
    keeps: "nothing",
    note: "queues the object itself: nothing is copied or validated",
    async open(place) {
      return simple(place.count(COUNT), async (notes, handle) => {
        const jobs = fastq.promise(async (note: Note) => handle(note), WIDTH);
        await inFlight(notes.length, WIDTH, (index) => jobs.push(notes[index] as Note));
      });
    },
  };
}

function simple(count: number, run: (notes: readonly Note[], handle: (note: Note) => void) => Promise<void> | void) {
  return {
    async round() {
      const arrivals = new Arrivals(count);
      const notes = Array.from({ length: count }, (_, index) => makeNote(index));
      const start = performance.now();
      await run(notes, (note) => arrivals.add(note));
      const perSecond = rate(count, performance.now() - start);
      arrivals.check();
      return { perSecond };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
