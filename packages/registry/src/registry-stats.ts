import type { AgentDirectory } from "./agent-directory.js";
import { AGENT_STATUSES } from "./agent-info.js";
import type { RegistryStats } from "./agent-registry.js";

/** Counts what the directory knows. */
export function registryStats(directory: AgentDirectory): RegistryStats {
  const byStatus = new Map<string, number>(AGENT_STATUSES.map((status) => [status, 0]));
  const byRole = new Map<string, number>();
  let totalAgents = 0;
  let availableAgents = 0;
  let totalSlots = 0;
  let currentTasks = 0;
  let workers = 0;
  let loads = 0;
  for (const entry of directory.all()) {
    const { role, status, maxConcurrentTasks } = entry.info;
    totalAgents += 1;
    totalSlots += maxConcurrentTasks;
    currentTasks += entry.load;
    if (entry.takesTasks && !entry.full) availableAgents += 1;
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
    byRole.set(role, (byRole.get(role) ?? 0) + 1);
    if (maxConcurrentTasks === 0) continue;
    workers += 1;
    loads += Math.min(1, entry.loadShare);
  }
  return {
    totalAgents,
    availableAgents,
    averageLoad: workers === 0 ? 0 : loads / workers,
    totalSlots,
    currentTasks,
    byStatus: Object.fromEntries(byStatus) as RegistryStats["byStatus"],
    byRole: Object.fromEntries(byRole),
    capabilities: Object.fromEntries([...directory.capabilities].map(([name, agents]) => [name, agents.size])),
  };
}
