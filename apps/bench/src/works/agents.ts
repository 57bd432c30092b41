import { type Agent, createAgent } from "@agentcomm/agent";
import { createRegistry } from "@agentcomm/registry";
import { messageOf } from "../contenders/message-of.js";
import { OURS, type Ours, openAgentComm } from "../contenders/open-agentcomm.js";
import { openRedis } from "../contenders/open-redis.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import { Arrivals, makeNote, type Note } from "../measure/note.js";
import { rate } from "../measure/summary.js";
import type { Work } from "../measure/work.js";

const SIZES = [1, 10, 100, 1_000, 10_000];
const COUNT = 20_000;
const WIDTH = 500;
const IDLE_MS = 5_000;

/** Messages to agents in turn, by how many agents there are in the process. */
export const agents: readonly Work[] = SIZES.map((count) => ({
  id: `agents-${count}`,
  title: `messages to ${count.toLocaleString("en-US")} agents in one process, in turn, handled and acked`,
  series: { id: "agents", title: "messages a second, by the number of agents in the process", at: count },
  quantities: ["perSecond"],
  contenders: [throughput("redis", count), throughput("memory", count)],
}));

/** What ten thousand agents cost that have nothing to do: each beats every 30 seconds. */
export const idleAgents: Work = {
  id: "idle-agents",
  title: "10,000 idle agents in one process, each with a mailbox, a registration and its heartbeat",
  quantities: ["connections", "cpuShare", "bytes"],
  contenders: [idle()],
  targets: [
    { contender: OURS.redis.name, quantity: "connections", bound: 4 },
    { contender: OURS.redis.name, quantity: "cpuShare", bound: 2 },
  ],
};

function throughput(which: Ours, agents: number): Contender {
  return {
    ...OURS[which],
    async open(place) {
      const transport = await openAgentComm(which, place);
      const count = place.count(COUNT);
      let arrivals = new Arrivals(count);
      const receiving = Array.from({ length: agents }, (_, index) =>
        transport.subscribe(`agent-${index}`, async ({ message }) => arrivals.add(message.content as unknown as Note), {
          concurrency: Math.max(Math.ceil(WIDTH / agents), 1),
        }),
      );
      return {
        async round() {
          arrivals = new Arrivals(count);
          const notes = Array.from({ length: count }, (_, index) => makeNote(index));
          const start = performance.now();
          await inFlight(count, WIDTH, (index) =>
            transport.send(messageOf(notes[index] as Note, `agent-${index % agents}`)),
          );
          await arrivals.all;
          const perSecond = rate(count, performance.now() - start);
          arrivals.check();
          return { perSecond };
        },
        async [Symbol.asyncDispose]() {
          await Promise.all(receiving.map((each) => each.stop()));
          await transport.close();
        },
      };
    },
  };
}

function idle(): Contender {
  return {
    ...OURS.redis,
    note: "bytes: of the heap, an agent; CPU: of this process, over five seconds, heartbeats spread over the interval",
    async open(place) {
      const watcher = await openRedis(place.redisUrl);
      const connectionsOf = async (): Promise<number> =>
        Number(/connected_clients:(\d+)/.exec(await watcher.info("clients"))?.[1]);
      const before = await connectionsOf();
      const count = place.count(10_000);
      const heapBefore = heapBytes();
      const transport = await openAgentComm("redis", place);
      const registry = createRegistry({ transport });
      const all: Agent[] = [];
      await inFlight(count, 100, async (index) => {
        const agent = createAgent({ id: `agent-${index}`, transport, registry, capabilities: ["any"] });
        all.push(agent);
        await agent.start();
      });
      const bytes = (heapBytes() - heapBefore) / count;
      return {
        async round() {
          const used = process.cpuUsage();
          const start = performance.now();
          await new Promise((resume) => setTimeout(resume, IDLE_MS));
          const { user, system } = process.cpuUsage(used);
          const cpuShare = (user + system) / 10 / (performance.now() - start);
          return { connections: (await connectionsOf()) - before, cpuShare, bytes };
        },
        async [Symbol.asyncDispose]() {
          await inFlight(count, 100, async (index) => await all[index]?.stop());
          await registry.close();
          await transport.close();
          watcher.disconnect();
        },
      };
    },
  };
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
