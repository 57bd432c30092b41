import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { messageOf } from "../contenders/message-of.js";
import { OURS, openAgentComm } from "../contenders/open-agentcomm.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";
import type { ReceiverOrder, ReceiverReport } from "../receiver/receiver.js";

const COUNT = 40_000;
const PROGRAM = fileURLToPath(new URL("../receiver/receiver.js", import.meta.url));

/** A backlog that several processes work off together. */
export const processes: Work = {
  id: "processes",
  title: "receive and ack a backlog, by the number of processes that share it",
  quantities: ["perSecond"],
  contenders: [1, 2, 4].map(by),
};

function by(processes: number): Contender {
  return {
    name: `${OURS.redis.name}, ${processes} ${processes === 1 ? "process" : "processes"}`,
    keeps: "log",
    async open(place) {
      // The processes need the namespace, and name it themselves.
      const namespace = place.name();
      const transport = await openAgentComm("redis", { ...place, name: () => namespace });
      const count = place.count(COUNT);
      const order: ReceiverOrder = { redisUrl: place.redisUrl, namespace };
      const children = Array.from({ length: processes }, () => fork(PROGRAM, [JSON.stringify(order)]));
      await Promise.all(children.map((child) => once(child, "message")));
      return {
        async round() {
          await inFlight(count, 500, (index) => transport.send(messageOf(makeNote(index))));
          const arrivals = new Arrivals(count);
          let done = 0;
          const reports = children.map(
            (child) =>
              new Promise<void>((resolve) => {
                child.on("message", function listen(report: ReceiverReport) {
                  for (const note of report.notes) arrivals.add(note as Note);
                  done += report.notes.length;
                  if (done >= count) for (const each of children) each.send("stop");
                  if (!report.last) return;
                  child.off("message", listen);
                  resolve();
                });
              }),
          );
          const start = performance.now();
          for (const child of children) child.send("start");
          await arrivals.all;
          const perSecond = rate(count, performance.now() - start);
          await Promise.all(reports);
          arrivals.check();
          return { perSecond };
        },
        async [Symbol.asyncDispose]() {
          for (const child of children) child.disconnect();
          await Promise.all(children.map((child) => once(child, "exit")));
          await transport.close();
        },
      };
    },
  };
}
