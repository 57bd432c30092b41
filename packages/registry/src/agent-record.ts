import type { JsonObject, JsonValue } from "@agentcomm/protocol";
import { AgentCommError } from "@agentcomm/protocol";
import { quote } from "@agentcomm/protocol/internal";
import { AGENT_STATUSES, type AgentInfo } from "./agent-info.js";

/** An agent as its record keeps it. */
export interface AgentRecord extends AgentInfo {
  /** Only of shared registrations: who holds the id, by session, and until when (epoch milliseconds) without a beat. */
  readonly holders?: Readonly<Record<string, number>>;
}

/**
 * Reads what stands in the collection of agents, whoever wrote it. Throws INVALID_MESSAGE, naming agent and field, if it is
 * no agent. What it returns is frozen: it is handed to everybody who asks.
 */
export function readAgentRecord(agentId: string, value: JsonValue): AgentRecord {
  const fields = isObject(value) ? value : {};
  const read = <T extends JsonValue>(name: string, accepts: (value: JsonValue | undefined) => boolean, fill?: T): T => {
    const found = fields[name] ?? fill;
    if (accepts(found)) return found as T;
    throw new AgentCommError("INVALID_MESSAGE", `the record of agent ${agentId} has ${quote(found)} as its ${name}`, {
      details: { agentId, field: name },
    });
  };
  const holders = fields.holders;
  return deepFreeze({
    id: read<string>("id", (id) => id === agentId),
    role: read<string>("role", isText),
    capabilities: [...new Set(read<string[]>("capabilities", isTexts, []))].sort(),
    maxConcurrentTasks: read<number>("maxConcurrentTasks", isCount, 1),
    currentTasks: read<number>("currentTasks", isCount, 0),
    status: read<AgentInfo["status"]>("status", (status) => AGENT_STATUSES.includes(status as never), "active"),
    metadata: read<JsonObject>("metadata", isObject, {}),
    registeredAt: read<number>("registeredAt", isCount, 0),
    lastHeartbeatAt: read<number>("lastHeartbeatAt", isCount, 0),
    sessionId: read<string>("sessionId", isText, "unknown"),
    ...(isObject(holders) ? { holders: holders as Record<string, number> } : {}),
  });
}

/** What everybody may see of a record. */
export function agentInfo(record: AgentRecord): AgentInfo {
  const { holders, ...info } = record;
  return holders === undefined ? record : Object.freeze(info);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: JsonValue | undefined): boolean {
  return typeof value === "string" && value !== "";
}

function isTexts(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isCount(value: JsonValue | undefined): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
