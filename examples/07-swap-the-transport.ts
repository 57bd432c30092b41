// One program, any transport: everything above the transport is written on one interface, so swapping it is one line.
// Run it: node 07-swap-the-transport.ts, or AGENT_COMMUNICATION_MODE=redis REDIS_URL=redis://127.0.0.1:6379 node 07-swap-the-transport.ts
import { strict as assert } from "node:assert";
import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import type { Transport } from "@agentcomm/protocol";
import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { createRedisTransport } from "@agentcomm/transport-redis";
import { redisPlace, settings } from "./open-transport.ts";

/** Two "processes", each with a transport of its own: one asks, the other does. */
async function program(workersTransport: Transport, bossesTransport: Transport): Promise<unknown> {
  await using worker = createAgent({ id: "shouter", transport: workersTransport, capabilities: ["shout"] });
  worker.onTask("shout", ({ text }) => ({ text: `${String(text).toUpperCase()}!` }));
  await worker.start();

  await using boss = createCoordinator({ id: "boss", transport: bossesTransport });
  const task = await boss.assignTask({
    taskType: "shout",
    parameters: { text: "hello" },
    requiredCapabilities: ["shout"],
  });
  return await task.result();
}

const broker = createMemoryBroker();
const openings: Record<string, () => Transport> = {
  memory: () => createMemoryTransport({ broker }),
  redis: () => createRedisTransport(redisPlace(settings.redisUrl)),
};

for (const [name, open] of Object.entries(openings)) {
  if (name === "redis" && settings.mode !== "redis") continue;
  await using workersTransport = open();
  await using bossesTransport = open();
  const result = await program(workersTransport, bossesTransport);
  const { capabilities } = bossesTransport;
  console.log(`${name}: ${JSON.stringify(result)}, durable: ${capabilities.durable}`);
  assert.deepEqual(result, { text: "HELLO!" });
}
