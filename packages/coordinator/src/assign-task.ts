import { AgentCommError } from "@agentcomm/protocol";
import type { TaskRecord } from "@agentcomm/protocol/internal";
import type { AgentRegistry, ClaimedAgent } from "@agentcomm/registry";
import { advanceTask } from "./advance-task.js";
import type { Dispatcher } from "./dispatcher.js";
import type { CheckedRequest } from "./new-task.js";
import { newTaskRecord } from "./new-task.js";
import type { OpenTask } from "./open-task.js";
import type { ResolvedCoordinatorOptions } from "./resolve-coordinator-options.js";
import type { TaskLedger } from "./task-ledger.js";

/** What assigning takes. */
export interface AssignContext {
  readonly options: ResolvedCoordinatorOptions;
  readonly ownerId: string;
  readonly registry: AgentRegistry;
  readonly dispatcher: Dispatcher;
  readonly ledger: TaskLedger;
}

/** Stores a new task: with an agent already, if one is free and nobody waits for it, else queued. One write either way. */
export async function assignTask(context: AssignContext, request: CheckedRequest): Promise<OpenTask> {
  const { options, ownerId, ledger } = context;
  const queued = newTaskRecord(request, options, ownerId);
  const claimed = await findAgent(context, queued);
  const record = claimed === undefined ? queued : assigned(queued, claimed, ownerId);
  const claim = claimed && { agentId: claimed.agent.id, release: claimed.release };
  try {
    return await ledger.create(record, claim, request.options.taskId !== undefined);
  } catch (error) {
    claim?.release();
    throw withTaskId(error, record.taskId);
  }
}

async function findAgent(
  { registry, dispatcher }: AssignContext,
  { requiredCapabilities, taskType, whenNoAgent }: TaskRecord,
): Promise<ClaimedAgent | undefined> {
  if (!dispatcher.hasWaiting(requiredCapabilities)) {
    const claimed = await registry.claimAgent(requiredCapabilities);
    if (claimed !== undefined) return claimed;
  }
  if ((await registry.countAgents(requiredCapabilities)) > 0) return undefined;
  // The live view may be late by a moment: before "nobody" is said the records themselves are asked, once.
  const found = await registry.countAgents(requiredCapabilities, { fresh: true });
  if (found > 0 || whenNoAgent === "wait") return undefined;
  const needed = requiredCapabilities.length === 0 ? "takes tasks" : `has ${requiredCapabilities.join(", ")}`;
  throw new AgentCommError(
    "NO_AGENT_AVAILABLE",
    `no live agent ${needed}, which ${taskType} needs: start one, or assign with whenNoAgent: "wait"`,
    { outcome: "none", details: { taskType, requiredCapabilities } },
  );
}

function assigned(queued: TaskRecord, { agent }: ClaimedAgent, ownerId: string): TaskRecord {
  const outcome = advanceTask(queued, { kind: "assign", agentId: agent.id }, { now: queued.createdAt, ownerId });
  return "next" in outcome ? outcome.next : queued;
}

/** Where it is open whether the task was stored, its caller must be able to look for it. */
function withTaskId(error: unknown, taskId: string): unknown {
  if (!AgentCommError.is(error) || error.outcome !== "unknown") return error;
  const { code, message, retryable, outcome, details } = error;
  return new AgentCommError(code, `${message} (task ${taskId})`, {
    retryable,
    outcome,
    details: { ...details, taskId },
    cause: error,
  });
}
