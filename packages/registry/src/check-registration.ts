import { AgentCommError, type AgentStatus, checkAgentId, type JsonObject, type JsonValue } from "@agentcomm/protocol";
import { checkNumber, checkTexts, decodeJson, encodeJson, quote, readOptions } from "@agentcomm/protocol/internal";
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
export function checkRegistration(given: AgentRegistration): Registration {
  if (given === undefined) {
    throw refused("registration", given, "give an object with id, role, capabilities and maxConcurrentTasks");
  }
  const input = readOptions(given, "registration");
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
export function checkHeartbeat(heartbeat: AgentHeartbeat | undefined): AgentHeartbeat {
  const { status, currentTasks } = readOptions(heartbeat, "heartbeat");
  return {
    ...(status === undefined ? {} : { status: checkStatus(status) }),
    ...(currentTasks === undefined ? {} : { currentTasks: checkTasks("currentTasks", currentTasks) }),
  };
}

/** Sorted, each once. Throws INVALID_OPTIONS. */
export function checkCapabilities(capabilities: readonly string[]): string[] {
  const names = checkTexts("capabilities", capabilities);
  return [...new Set(names.map((name, index) => checkWord(`capabilities[${index}]`, name)))].sort();
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
  let copied: JsonValue;
  try {
    copied = decodeJson(encodeJson(metadata));
  } catch (error) {
    throw new AgentCommError("INVALID_OPTIONS", `metadata: ${(error as Error).message}`, {
      outcome: "none",
      details: { field: "metadata" },
      cause: error,
    });
  }
  if (typeof copied === "object" && copied !== null && !Array.isArray(copied)) return copied as JsonObject;
  throw refused("metadata", metadata, "give an object");
}

function refused(field: string, value: unknown, fix: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${field} is ${quote(value)}: ${fix}`, {
    outcome: "none",
    details: { field },
  });
}
