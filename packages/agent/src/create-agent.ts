import type { Agent, AgentOptions } from "./agent.js";
import { resolveAgentOptions } from "./resolve-agent-options.js";
import { RunningAgent } from "./running-agent.js";

/**
 * Creates an agent. It does nothing until `start`. Who created it stops it; transport, and registry if one was given, are
 * not closed with it. Throws INVALID_AGENT_ID or INVALID_OPTIONS.
 */
export function createAgent(options: AgentOptions): Agent {
  return new RunningAgent(resolveAgentOptions(options));
}
