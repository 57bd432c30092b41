import { type Agent, createAgent } from "@agentcomm/agent";
import { createCoordinator, type SupervisorCoordinator } from "@agentcomm/coordinator";
import { defineTask, type TaskDefinition, type Transport } from "@agentcomm/protocol";
import { type AgentRegistry, createRegistry } from "@agentcomm/registry";
import { createMemoryBroker, createMemoryTransport } from "@agentcomm/transport-memory";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import { anything } from "./anything.js";

/** Everything that takes something from a program, on a store of its own. */
export interface ProducerScene extends AsyncDisposable {
  readonly transport: Transport;
  readonly registry: AgentRegistry;
  /** Started. */
  readonly agent: Agent;
  /** Started; answers what is asked of type "question", and completes tasks of type "work". */
  readonly answerer: Agent;
  /** Started. */
  readonly coordinator: SupervisorCoordinator;
  readonly definition: TaskDefinition;
  /** Throws if anything but an AgentCommError was told in the background. */
  expectTypedTroubles(): void;
}

/** What the answerer alone can do: agents that come and go would keep a task waiting. */
export const ANSWERING = "answering";

/** Opens the scene, in memory. */
export async function openProducerScene(): Promise<ProducerScene> {
  const troubles: unknown[] = [];
  const onError = (error: unknown): void => void troubles.push(error);
  const transport = createMemoryTransport({ broker: createMemoryBroker(), onError, maxDeliveries: 1 });
  const registry = createRegistry({ transport, onError });
  const agent = createAgent({ id: "sender", transport, onError });
  const answerer = createAgent({
    id: "answerer",
    transport,
    onError,
    maxConcurrentTasks: 8_000,
    capabilities: [ANSWERING],
  });
  const coordinator = createCoordinator({ id: "supervisor", transport, onError, maxRetries: 0 });
  answerer.onMessage("question", () => ({ heard: true }));
  answerer.onTask("work", () => ({ done: true }));
  await Promise.all([agent.start(), answerer.start(), coordinator.start()]);
  return {
    transport,
    registry,
    agent,
    answerer,
    coordinator,
    definition: defineTask({ type: "work", input: anything, output: anything }),
    expectTypedTroubles() {
      for (const trouble of troubles.splice(0)) expectAgentCommError(trouble, "what was told of in the background");
    },
    async [Symbol.asyncDispose]() {
      await coordinator.stop();
      await Promise.all([agent.stop({ drainMs: 0 }), answerer.stop({ drainMs: 0 })]);
      await registry.close();
      await transport.close();
    },
  };
}
