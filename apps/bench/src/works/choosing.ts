import { createRegistry } from "@agentcomm/registry";
import { openAgentComm } from "../contenders/open-agentcomm.js";
import type { Contender } from "../measure/contender.js";
import { inFlight } from "../measure/in-flight.js";
import type { Work } from "../measure/work.js";

const SIZES = [100, 1_000, 10_000, 100_000];
const CALLS = 20_000;
const AT_ONCE = 200;
const SKILLS = 20;

const nameOf = (agents: number): string => `findBestAgent among ${agents.toLocaleString("en-US")} agents`;

/** Choosing an agent for a task: by two capabilities that a tenth of all agents have, the least loaded first. */
export const choosing: Work = {
  id: "choosing",
  title: "choose the best agent for a task",
  quantities: ["us"],
  contenders: SIZES.map(among),
  targets: [
    { contender: nameOf(10_000), quantity: "us", bound: 20 },
    { contender: nameOf(100_000), quantity: "us", bound: 20 },
    { contender: nameOf(100_000), quantity: "us", against: nameOf(10_000), bound: 1.5 },
  ],
};

function among(agents: number): Contender {
  return {
    name: nameOf(agents),
    keeps: "nothing",
    note: "a call awaited; each choice takes a slot of the agent, so that the order changes with each",
    async open(place) {
      const transport = await openAgentComm("memory", place);
      const registry = createRegistry({ transport, heartbeatIntervalMs: 3_600_000 });
      const count = agents > 1_000 ? place.count(agents) : agents;
      await inFlight(count, 500, (index) =>
        registry.registerAgent({
          id: `agent-${index}`,
          capabilities: ["any", `skill-${index % SKILLS}`, `skill-${(index * 7 + 3) % SKILLS}`],
          maxConcurrentTasks: 100,
        }),
      );
      await registry.findBestAgent(["any"]);
      return {
        async round() {
          const calls = place.count(CALLS);
          let ms = 0;
          for (let done = 0; done < calls; done += AT_ONCE) {
            const release: (() => void)[] = [];
            const start = performance.now();
            for (let index = 0; index < AT_ONCE; index++) {
              const found = await registry.findBestAgent(["any", `skill-${index % SKILLS}`]);
              if (found === undefined) throw new Error("nobody was found");
              release.push(registry.reserve(found.id));
            }
            ms += performance.now() - start;
            for (const each of release) each();
          }
          return { us: (ms * 1_000) / calls };
        },
        async [Symbol.asyncDispose]() {
          await registry.close();
          await transport.close();
        },
      };
    },
  };
}
