import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disableFileLogging, enableFileLogging } from "@agentcomm/file-logger";
import { createMessage, publishDiagnostics } from "@agentcomm/protocol";
import { messageOf } from "../contenders/message-of.js";
import { OURS } from "../contenders/open-agentcomm.js";
import { wholeWay } from "../contenders/whole-way.js";
import type { Contender } from "../measure/contender.js";
import { makeNotes } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const COUNT = 20_000;
const ON = `${OURS.redis.name}, file logging on`;
const OFF = `${OURS.redis.name}, file logging off`;

/** What the audit trail costs: the whole way of a message, with and without it. */
export const fileLogging: Work = {
  id: "file-logging",
  title: "send, handle and ack, with the file log on and off",
  quantities: ["perSecond"],
  contenders: [logging(), wholeWay("redis", { name: OFF }), linesAlone()],
  targets: [{ contender: ON, quantity: "perSecond", against: OFF, bound: 0.9 }],
};

function logging(): Contender {
  const contender = wholeWay("redis", { name: ON });
  return {
    ...contender,
    async open(place) {
      const baseDir = await mkdtemp(join(tmpdir(), "agentcomm-bench-log-"));
      const opened = await contender.open(place);
      return {
        async round() {
          await enableFileLogging({ baseDir });
          try {
            return await opened.round();
          } finally {
            // Until every line is on the disk.
            await disableFileLogging();
          }
        },
        async [Symbol.asyncDispose]() {
          await opened[Symbol.asyncDispose]();
          await rm(baseDir, { recursive: true, force: true });
        },
      };
    },
  };
}

/** What the log itself takes: three steps of each message told, and nothing sent. */
function linesAlone(): Contender {
  return {
    name: "limit: its lines alone",
    keeps: "nothing",
    note: "three lines a message, made and handed to the disk; nothing is sent",
    async open(place) {
      const baseDir = await mkdtemp(join(tmpdir(), "agentcomm-bench-log-"));
      const messages = makeNotes(place.count(COUNT)).map((note) => createMessage(messageOf(note)));
      return {
        async round() {
          await enableFileLogging({ baseDir });
          try {
            const start = performance.now();
            for (const [index, message] of messages.entries()) {
              const event = { transport: "none", agentId: message.to, message };
              publishDiagnostics("message.sent", () => ({ ...event, stored: 1, duplicate: false, durationMs: 1 }));
              publishDiagnostics("message.received", () => ({ ...event, attempt: 1 }));
              publishDiagnostics("message.acked", () => ({ ...event, attempt: 1, durationMs: 1 }));
              // As often as messages come in batches, so that the lines get to the disk meanwhile.
              if (index % 250 === 0) await new Promise((resume) => setImmediate(resume));
            }
            return { perSecond: rate(messages.length, performance.now() - start) };
          } finally {
            await disableFileLogging();
          }
        },
        [Symbol.asyncDispose]: () => rm(baseDir, { recursive: true, force: true }),
      };
    },
  };
}
