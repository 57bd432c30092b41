export {
  AGENT_ROLES,
  AGENT_STATUSES,
  AGENTS_COLLECTION,
  type AgentHeartbeat,
  type AgentInfo,
  type AgentRegistration,
  type AgentRole,
} from "./agent-info.js";
export type {
  AgentExplanation,
  AgentRegistry,
  Candidate,
  ClaimedAgent,
  ListAgentsOptions,
  RegistryEvents,
  RegistryListener,
  RegistryOptions,
  RegistryStats,
  SelectAgent,
  SelectionOptions,
  SelectionStrategy,
} from "./agent-registry.js";
export { createRegistry } from "./create-registry.js";
