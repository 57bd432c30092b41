import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disableFileLogging, enableFileLogging } from "@agentcomm/file-logger";
import { OURS } from "../contenders/open-agentcomm.js";
import { wholeWay } from "../contenders/whole-way.js";
import type { Contender } from "../measure/contender.js";
import type { Work } from "../measure/work.js";

const _COUNT = 20_000;
const _WIDTH = 500;
const ON = `${OURS.redis.name}, file logging on`;
const OFF = `${OURS.redis.name}, file logging off`;

/** What the audit trail costs: the whole way of a message, with and without it. */
export const fileLogging: Work = {
  id: "file-logging",
  title: "send, handle and ack, with the file log on and off",
  quantities: ["perSecond"],
  contenders: [logging(), wholeWay("redis", { name: OFF })],
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
