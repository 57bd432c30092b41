// The supervisor and the Python worker in the polling style: each looks into its mailbox when it suits it, and nothing runs
// in between. The same without polling: 04-backend-supervisor-push.ts
// Run it: node 04-backend-supervisor-polling.ts
import { strict as assert } from "node:assert";
import { createCoordinator } from "@agentcomm/coordinator";
import { type AgentMessage, isMessageOfType, type Transport, taskResponse } from "@agentcomm/protocol";
import { type AgentRegistry, createRegistry } from "@agentcomm/registry";
import { openTransport } from "./open-transport.ts";

class PythonWorkerAgent {
  readonly #id = "python-worker-001";
  readonly #transport: Transport;
  readonly #registry: AgentRegistry;

  constructor(transport: Transport, registry: AgentRegistry) {
    this.#transport = transport;
    this.#registry = registry;
  }

  async register(): Promise<void> {
    const capabilities = ["python", "fastapi", "postgresql", "testing"];
    await this.#registry.registerAgent({ id: this.#id, role: "worker", capabilities, maxConcurrentTasks: 3 });
  }

  /** One round: what lies in the mailbox is done, answered, and only then acked. */
  async poll(): Promise<void> {
    for (const delivery of await this.#transport.receive(this.#id, { limit: 5 })) {
      if (isMessageOfType(delivery.message, "task_assignment")) await this.#processTask(delivery.message);
      await delivery.ack();
    }
    await this.#registry.updateHeartbeat(this.#id, { status: "idle", currentTasks: 0 });
  }

  async #processTask(message: AgentMessage<"task_assignment">): Promise<void> {
    const { taskId = "", attempt, taskType = "", description } = message.content;
    const response = taskResponse({
      id: `response-${message.id}`,
      from: this.#id,
      to: message.from,
      correlationId: message.id,
      taskId,
      attempt,
      status: "completed",
      result: { taskType, done: description },
    });
    await this.#transport.send(response, { idempotencyKey: response.id });
  }

  async unregister(): Promise<void> {
    await this.#registry.unregisterAgent(this.#id);
  }
}

await using transport = openTransport();
await using registry = createRegistry({ transport });
const worker = new PythonWorkerAgent(transport, registry);
await worker.register();

await using coordinator = createCoordinator({ id: "backend-supervisor-001", transport, registry });
await coordinator.processIncomingMessages(); // the first poll says that this one polls
const task = await coordinator.assignTask({
  taskType: "api_development",
  description: "Create user authentication API",
  parameters: { framework: "fastapi", auth: "jwt" },
  requiredCapabilities: ["python"],
});

while ((await task.status()).state !== "completed") {
  await worker.poll();
  await coordinator.processIncomingMessages({ limit: 10, waitMs: 50 });
}
console.log(await task.result());
assert.deepEqual(await task.result(), { taskType: "api_development", done: "Create user authentication API" });
await worker.unregister();
