import { type Agent, createAgent } from "@agentcomm/agent";
import type { AgentCommError, Transport } from "@agentcomm/protocol";
import { mergeDigests } from "../report/digest.js";
import { reviewFile } from "../review/review-file.js";
import { type CrewMember, EDITING } from "./roster.js";
import { MERGE_TASK, REVIEW_TASKS } from "./tasks.js";

/**
 * How often the crew tells that it is alive. Three beats missed, and an agent counts as lost: short, because whoever kills a
 * worker wants to see its tasks go to another.
 */
const HEARTBEAT_MS = 1_500;

/** Creates the agent that a member of the crew is. It is not started yet. */
export function createCrewAgent(
  member: CrewMember,
  transport: Transport,
  onError: (error: AgentCommError) => void,
): Agent {
  const agent = createAgent({
    id: member.id,
    maxConcurrentTasks: member.limit,
    transport,
    heartbeatIntervalMs: HEARTBEAT_MS,
    onError,
  });
  for (const capability of member.capabilities) {
    if (capability === EDITING) agent.onTask(MERGE_TASK, ({ parts }) => mergeDigests(parts));
    else {
      agent.onTask(REVIEW_TASKS[capability], (file, context) =>
        reviewFile(
          { ...file, capability },
          { signal: context.signal, onProgress: (percent) => context.progress(percent) },
        ),
      );
    }
  }
  return agent;
}
