import { AgentCommError, type AgentStatus, checkAgentId, type JsonObject } from "@agentcomm/protocol";
import { checkNumber, decodeJson, encodeJson, quote } from "@agentcomm/protocol/internal";
import { AGENT_STATUSES, type AgentHeartbeat, type AgentRegistration } from "./agent-info.js";

/** A registration, complete and checked. */
export interface Registration {
  readonly id: string;
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrentTasks: number;
  readonly metadata: JsonObject;
  readonly status: AgentStatus;
  readonly shared: boolean;
}

const MOST_TASKS = 1_000_000;

/** Fills in what is left out. Throws INVALID_AGENT_ID or INVALID_OPTIONS, naming the field. Shares no object with the input. */
export function checkRegistration(input: AgentRegistration): Registration {
  if (typeof input !== "object" || input === null) {
    throw refused("registration", input, "give an object with id, role, capabilities and maxConcurrentTasks");
  }
  checkAgentId(input.id, "id");
  return {
    id: input.id,
    role: checkWord("role", input.role ?? "worker"),
    capabilities: checkCapabilities(input.capabilities ?? []),
    maxConcurrentTasks: checkTasks("maxConcurrentTasks", input.maxConcurrentTasks ?? 1),
    metadata: checkMetadata(input.metadata ?? {}),
    status: checkStatus(input.status ?? "active"),
    shared: input.shared === true,
  };
}

/** Throws INVALID_OPTIONS, naming the field. */
export function checkHeartbeat({ status, currentTasks }: AgentHeartbeat): AgentHeartbeat {
  return {
    ...(status === undefined ? {} : { status: checkStatus(status) }),
    ...(currentTasks === undefined ? {} : { currentTasks: checkTasks("currentTasks", currentTasks) }),
  };
}

/** Sorted, each once. Throws INVALID_OPTIONS. */
export function checkCapabilities(capabilities: readonly string[]): string[] {
  if (!Array.isArray(capabilities)) throw refused("capabilities", capabilities, "give an array of strings");
  return [...new Set(capabilities.map((name, index) => checkWord(`capabilities[${index}]`, name)))].sort();
}

function checkWord(field: string, value: unknown): string {
  // A control character could forge a line of a log.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
  if (typeof value === "string" && /^[^\u0000-\u001f\u007f-\u009f]{1,128}$/u.test(value)) return value;
  throw refused(field, value, "give 1 to 128 characters, none of them a control character");
}

function checkTasks(field: string, value: number): number {
  return checkNumber(field, value, { min: 0, max: MOST_TASKS, integer: true });
}

function checkStatus(status: AgentStatus): AgentStatus {
  if (AGENT_STATUSES.includes(status)) return status;
  throw refused("status", status, `use one of ${AGENT_STATUSES.join(", ")}`);
}

function checkMetadata(metadata: JsonObject): JsonObject {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw refused("metadata", metadata, "give an object");
  }
  try {
    return decodeJson(encodeJson(metadata)) as JsonObject;
  } catch (error) {
    throw new AgentCommError("INVALID_OPTIONS", `metadata: ${(error as Error).message}`, {
      outcome: "none",
      details: { field: "metadata" },
      cause: error,
    });
  }
}

function refused(field: string, value: unknown, fix: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${field} is ${quote(value)}: ${fix}`, {
    outcome: "none",
    details: { field },
  });
}
