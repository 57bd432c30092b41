// A backend supervisor plans a project and gives its parts to specialised workers, in the push style: everybody is told.
// The same with polling: 04-backend-supervisor-polling.ts
// Run it: node 04-backend-supervisor-push.ts
import { strict as assert } from "node:assert";
import { createAgent } from "@agentcomm/agent";
import { createCoordinator, type SupervisorCoordinator, type TaskHandle } from "@agentcomm/coordinator";
import type { JsonValue, Transport } from "@agentcomm/protocol";
import { openTransport, settings } from "./open-transport.ts";

class BackendSupervisorAgent implements AsyncDisposable {
  readonly coordinator: SupervisorCoordinator;

  constructor(transport: Transport) {
    const { attemptTimeoutMs, maxRetries } = settings;
    this.coordinator = createCoordinator({ id: "backend-supervisor-001", transport, attemptTimeoutMs, maxRetries });
  }

  async createComprehensiveProject(idea: string, requirements: readonly string[]): Promise<TaskHandle[]> {
    const parts = [
      { needs: "api", taskType: "api_development", what: "API", requiredCapabilities: ["python", "api_development"] },
      { needs: "ui", taskType: "ui_development", what: "UI", requiredCapabilities: ["javascript", "react"] },
    ];
    const wanted = parts.filter(({ needs }) => requirements.includes(needs));
    return await Promise.all(
      wanted.map(({ taskType, what, requiredCapabilities }) =>
        this.coordinator.assignTask({
          taskType,
          description: `Develop the ${what} for ${idea}`,
          parameters: { requirements },
          requiredCapabilities,
          priority: "high",
        }),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.coordinator.stop();
  }
}

function createWorker(transport: Transport, id: string, capabilities: readonly string[], taskType: string) {
  const { heartbeatIntervalMs } = settings;
  const worker = createAgent({ id, transport, capabilities, maxConcurrentTasks: 3, heartbeatIntervalMs });
  worker.onTask(taskType, (_parameters, { description }) => ({ by: id, did: description }));
  return worker;
}

await using transport = openTransport();
const python = ["python", "fastapi", "postgresql", "testing", "api_development"];
await using pythonWorker = createWorker(transport, "python-worker-001", python, "api_development");
await using reactWorker = createWorker(transport, "react-worker-001", ["javascript", "react"], "ui_development");
await Promise.all([pythonWorker.start(), reactWorker.start()]);

await using supervisor = new BackendSupervisorAgent(transport);
const tasks = await supervisor.createComprehensiveProject("a bookshop", ["api", "ui"]);
const results: JsonValue[] = await Promise.all(tasks.map((task) => task.result()));
console.log(results);
assert.deepEqual(results, [
  { by: "python-worker-001", did: "Develop the API for a bookshop" },
  { by: "react-worker-001", did: "Develop the UI for a bookshop" },
]);

const { completed, completionRate } = await supervisor.coordinator.getCoordinationStats();
assert.deepEqual({ completed, completionRate }, { completed: 2, completionRate: 1 });
