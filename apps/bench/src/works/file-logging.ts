import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disableFileLogging, enableFileLogging } from "@agentcomm/file-logger";
import { OURS, openAgentComm } from "../contenders/open-agentcomm.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";
import { messageOf } from "./send.js";

const COUNT = 20_000;
const WIDTH = 500;
const ON = `${OURS.redis.name}, file logging on`;
const OFF = `${OURS.redis.name}, file logging off`;

/** What the audit trail costs: the whole way of a message, with and without it. */
export const fileLogging: Work = {
  id: "file-logging",
  title: "send, handle and ack, with the file log on and off",
  quantities: ["perSecond"],
  contenders: [ours(ON, true), ours(OFF, false)],
  targets: [{ contender: ON, quantity: "perSecond", against: OFF, bound: 0.9 }],
};

function ours(name: string, isOn: boolean): Contender {
  return {
    ...OURS.redis,
    name,
    async open(place) {
      const transport = await openAgentComm("redis", place);
      const count = place.count(COUNT);
      const baseDir = await mkdtemp(join(tmpdir(), "agentcomm-bench-log-"));
      return {
        async round() {
          if (isOn) await enableFileLogging({ baseDir });
          try {
            const arrivals = new Arrivals(count);
            const notes = Array.from({ length: count }, (_, index) => makeNote(index));
            const start = performance.now();
            const receiving = transport.subscribe(
              "worker",
              async ({ message }) => arrivals.add(message.content as unknown as Note),
              { concurrency: WIDTH },
            );
            await inFlight(count, WIDTH, (index) => transport.send(messageOf(notes[index] as Note)));
            await arrivals.all;
            await receiving.stop();
            const perSecond = rate(count, performance.now() - start);
            arrivals.check();
            return { perSecond };
          } finally {
            // Until every line is on the disk.
            if (isOn) await disableFileLogging();
          }
        },
        async [Symbol.asyncDispose]() {
          await transport.close();
          await rm(baseDir, { recursive: true, force: true });
        },
      };
    },
  };
}
