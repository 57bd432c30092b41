import { expect, test } from "vitest";
import { AgentDirectory } from "../src/agent-directory.js";
import { poolsFor } from "../src/create-pool.js";

const SKILLS = Array.from({ length: 20 }, (_, index) => `skill-${index}`);

function directoryOf(agents: number): AgentDirectory {
  const directory = new AgentDirectory(poolsFor("least-loaded", Math.random));
  for (let index = 0; index < agents; index++) directory.put(agent(index, 0), 1);
  return directory;
}

function agent(index: number, currentTasks: number) {
  return {
    id: `agent-${index}`,
    role: "worker",
    capabilities: ["common", SKILLS[index % SKILLS.length] as string].sort(),
    maxConcurrentTasks: 1_000,
    currentTasks,
    status: "active" as const,
    metadata: {},
    registeredAt: 0,
    lastHeartbeatAt: 0,
    sessionId: "session",
  };
}

/** Median microseconds of a choice that changes the load, among agents that report all the while. */
function choiceMicroseconds(directory: AgentDirectory, agents: number, version: number): number {
  const rounds: number[] = [];
  for (let round = 0; round < 30; round++) {
    for (let index = 0; index < 100; index++) {
      directory.put(agent((index * 997 + round) % agents, (index * round) % 50), version + round);
    }
    const from = performance.now();
    for (let index = 0; index < 200; index++) {
      const chosen = directory.choose(index % 2 === 0 ? ["common"] : [SKILLS[index % SKILLS.length] as string]);
      directory.reserve(chosen?.info.id as string);
    }
    rounds.push(((performance.now() - from) * 1_000) / 200);
  }
  return rounds.sort((a, b) => a - b)[15] as number;
}

test("choosing among 100,000 agents takes about as long as among 10,000", () => {
  const small = directoryOf(10_000);
  const large = directoryOf(100_000);
  choiceMicroseconds(small, 10_000, 2);
  choiceMicroseconds(large, 100_000, 2);
  const few = choiceMicroseconds(small, 10_000, 100);
  const many = choiceMicroseconds(large, 100_000, 100);
  // A choice that looked at every agent would take ten times as long, at least.
  expect(many / few).toBeLessThan(4);
});
