import { createAgent } from "@agentcomm/agent";
import { createCoordinator } from "@agentcomm/coordinator";
import { createRegistry } from "@agentcomm/registry";
import { anything } from "./anything.js";
import type { OptionCall } from "./option-calls.js";
import { ANSWERING } from "./producer-scene.js";

const PARTS = ["onError", "clock", "random", "createId"];
const SELECTION = ["except", "fresh"];
const byAnswerer = { taskType: "work", requiredCapabilities: [ANSWERING] };
// What is made here is also used; nothing that it reports must be told to whoever reads the terminal.
const silent = (): void => {};

/** The calls of registry, agent and coordinator. */
export const AGENT_CALLS: Readonly<Record<string, OptionCall>> = {
  createRegistry: {
    names: ["transport", "heartbeatIntervalMs", "offlineAfterMs", "strategy", ...PARTS],
    base: ({ transport }) => ({ transport, onError: silent }),
    call: (_, options) => createRegistry(options).close(),
  },
  listAgents: {
    names: ["role", "status", "capabilities"],
    call: ({ registry }, options) => registry.listAgents(options),
  },
  countAgents: { names: SELECTION, call: ({ registry }, options) => registry.countAgents([], options) },
  findAvailableAgents: {
    names: [...SELECTION, "maxResults"],
    call: ({ registry }, options) => registry.findAvailableAgents([], options),
  },
  findBestAgent: { names: SELECTION, call: ({ registry }, options) => registry.findBestAgent([], options) },
  claimAgent: {
    names: SELECTION,
    call: async ({ registry }, options) => (await registry.claimAgent([], options))?.release(),
  },
  "wanted capabilities": {
    argument: "capabilities",
    names: [],
    call: ({ registry }, capabilities) => registry.explain(capabilities),
  },
  reserve: { argument: "agentId", names: [], call: ({ registry }, agentId) => registry.reserve(agentId)() },
  "an event of the registry": {
    argument: "event",
    names: [],
    call({ registry }, event) {
      registry.off(event, silent);
      registry.on(event, silent)();
    },
  },
  "a listener of the registry": {
    argument: "listener",
    names: [],
    call({ registry }, listener) {
      registry.off("joined", listener);
      registry.on("left", listener)();
    },
  },
  "a registration": {
    argument: "registration",
    names: ["id", "role", "capabilities", "maxConcurrentTasks", "metadata", "status", "shared"],
    base: (_, unique) => ({ id: unique }),
    async call({ registry }, registration, unique) {
      await registry.registerAgent(registration);
      await registry.unregisterAgent(unique);
    },
  },
  createAgent: {
    names: [
      "id",
      "role",
      "capabilities",
      "maxConcurrentTasks",
      "transport",
      "registry",
      "metadata",
      "topics",
      "heartbeatIntervalMs",
      "leaseMs",
      "log",
      ...PARTS,
    ],
    base: ({ transport }, unique) => ({ id: unique, transport, onError: silent }),
    async call(_, options) {
      const agent = createAgent(options);
      try {
        await agent.start();
      } finally {
        await agent.stop({ drainMs: 0 });
      }
    },
  },
  request: {
    names: ["timeoutMs", "signal"],
    call: ({ agent }, options) => agent.request("answerer", { type: "question", content: {} }, options),
  },
  "stop of an agent": {
    names: ["drainMs"],
    call: ({ transport }, options, unique) => createAgent({ id: unique, transport, onError: silent }).stop(options),
  },
  onTask: {
    argument: "onTask",
    names: ["type", "input", "output", "requiredCapabilities", "description"],
    base: () => ({ type: "work", input: anything, output: anything }),
    call: ({ transport }, definition, unique) =>
      createAgent({ id: unique, transport, onError: silent }).onTask(definition, silent),
  },
  onMessage: {
    argument: "onMessage",
    names: ["type", "content"],
    base: () => ({ type: "note", content: anything }),
    call: ({ transport }, definition, unique) =>
      createAgent({ id: unique, transport, onError: silent }).onMessage(definition, silent),
  },
  "a handler of an agent": {
    argument: "handler",
    names: [],
    call: ({ transport }, handler, unique) =>
      createAgent({ id: unique, transport, onError: silent }).onTask("work", handler),
  },
  createCoordinator: {
    names: [
      "id",
      "transport",
      "registry",
      "attemptTimeoutMs",
      "taskTimeoutMs",
      "maxRetries",
      "retryBackoff",
      "whenNoAgent",
      "taskRetentionMs",
      "leaseMs",
      ...PARTS,
    ],
    base: ({ transport }, unique) => ({ id: unique, transport, onError: silent }),
    async call(_, options) {
      const coordinator = createCoordinator(options);
      try {
        await coordinator.start();
      } finally {
        await coordinator.stop();
      }
    },
  },
  assignTask: {
    names: ["priority", "whenNoAgent", "attemptTimeoutMs", "taskTimeoutMs", "maxRetries", "taskId"],
    codes: ["TASK_EXISTS"],
    call: ({ coordinator }, options) => coordinator.assignTask(byAnswerer, options),
  },
  "assignTask, its request": {
    argument: "task",
    names: ["taskType", "description", "parameters", "requiredCapabilities", "priority"],
    base: () => ({ ...byAnswerer }),
    call: ({ coordinator }, request) => coordinator.assignTask(request, { whenNoAgent: "wait" }),
  },
  "assignTask, a definition": {
    names: ["priority", "whenNoAgent", "attemptTimeoutMs", "taskTimeoutMs", "maxRetries"],
    call: ({ coordinator, definition }, options) => coordinator.assignTask(definition, {}, options),
  },
  getTask: {
    argument: "taskId",
    names: [],
    codes: ["TASK_NOT_FOUND"],
    call: ({ coordinator }, taskId) => coordinator.getTask(taskId),
  },
  listTasks: { names: ["state", "after", "limit"], call: ({ coordinator }, options) => coordinator.listTasks(options) },
  processIncomingMessages: {
    names: ["limit"],
    call: ({ coordinator }, options) => coordinator.processIncomingMessages(options),
  },
  result: {
    names: ["signal"],
    codes: ["TASK_FAILED", "TASK_REJECTED"],
    call: async ({ coordinator }, options) => (await coordinator.assignTask(byAnswerer)).result(options),
  },
};
