import type { AgentEntry } from "./agent-entry.js";
import type { AgentExplanation } from "./agent-registry.js";

/** Why an agent would be given a task that needs the capabilities, or not. */
export function explainAgent(entry: AgentEntry, capabilities: readonly string[]): AgentExplanation {
  const { info: agent, load, full } = entry;
  const missing = capabilities.filter((name) => !agent.capabilities.includes(name));
  const slots = `has ${load} of ${agent.maxConcurrentTasks} tasks`;
  const against: string[] = [];
  if (missing.length > 0) against.push(`lacks ${missing.join(", ")}`);
  if (agent.status === "draining" || agent.status === "offline") against.push(`is ${agent.status}`);
  if (agent.maxConcurrentTasks === 0) against.push("takes no tasks");
  else if (full) against.push(slots);
  return {
    agent,
    available: against.length === 0,
    load,
    missing,
    reason: against.length === 0 ? slots : against.join("; "),
  };
}
