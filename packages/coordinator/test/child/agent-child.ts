/** An agent in a process of its own, for a test to kill. Its handler never ends. */
import { createAgent } from "@agentcomm/agent";
import { createRegistry } from "@agentcomm/registry";
import { joinStore } from "@agentcomm/test-transports";

const store = await joinStore();
const transport = store.transport();
const registry = createRegistry({ transport, heartbeatIntervalMs: 200, offlineAfterMs: 700 });
const agent = createAgent({ id: "killed", transport, registry, maxConcurrentTasks: 20 });
agent.onTask("work", () => {
  console.log("working");
  return new Promise(() => {});
});
await agent.start();
console.log("started");
