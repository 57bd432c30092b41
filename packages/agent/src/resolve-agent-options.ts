import {
  type AgentCommError,
  type Clock,
  checkAgentId,
  createId,
  type JsonObject,
  type Logger,
  systemClock,
  type Transport,
} from "@agentcomm/protocol";
import {
  checkClock,
  checkCreateId,
  checkFunction,
  checkNumber,
  checkRandom,
  invalidOption,
  quote,
  readingOptions,
  readOptions,
} from "@agentcomm/protocol/internal";
import type { AgentRegistry, AgentRole } from "@agentcomm/registry";
import type { AgentOptions } from "./agent.js";

/** Every option of an agent, filled in. */
export interface ResolvedAgentOptions {
  readonly id: string;
  readonly role: AgentRole;
  /** Undefined: what the task definitions require. */
  readonly capabilities: readonly string[] | undefined;
  readonly maxConcurrentTasks: number;
  readonly transport: Transport;
  /** Undefined: one of its own. */
  readonly registry: AgentRegistry | undefined;
  readonly metadata: JsonObject;
  readonly topics: readonly string[] | undefined;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly onError: ((error: AgentCommError) => void) | undefined;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
}

/** Messages beside tasks that are handled at once: so many that no cancel and no answer waits behind the others. */
export const MESSAGES_AT_ONCE = 1_000;

// A subscription handles at most 10,000 messages at once.
const MOST_TASKS = 8_000;
const DAY_MS = 86_400_000;
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export function resolveAgentOptions(given: AgentOptions): ResolvedAgentOptions {
  if (given === undefined) throw invalidOption("options", "is undefined: give an object with id and transport");
  const options = readOptions(given);
  checkAgentId(options.id, "id");
  const { transport, registry, onError, log = SILENT } = options;
  if (readingOptions("transport", () => typeof transport?.subscribe !== "function")) {
    throw invalidOption("transport", `is ${quote(transport)}: give one, such as createMemoryTransport()`);
  }
  if (registry !== undefined && readingOptions("registry", () => typeof registry?.registerAgent !== "function")) {
    throw invalidOption("registry", `is ${quote(registry)}: give what createRegistry returns, or leave it out`);
  }
  for (const level of ["debug", "info", "warn", "error"] as const) {
    checkFunction(
      `log.${level}`,
      readingOptions("log", () => log[level]),
    );
  }
  if (registry !== undefined && options.heartbeatIntervalMs !== undefined) {
    throw invalidOption("heartbeatIntervalMs", "is the registry's where one is given: set it there");
  }
  return {
    id: options.id,
    role: options.role ?? "worker",
    capabilities: options.capabilities,
    maxConcurrentTasks: checkNumber("maxConcurrentTasks", options.maxConcurrentTasks ?? 1, {
      min: 0,
      max: MOST_TASKS,
      integer: true,
    }),
    transport,
    registry,
    metadata: options.metadata ?? {},
    topics: options.topics,
    heartbeatIntervalMs: checkNumber("heartbeatIntervalMs", options.heartbeatIntervalMs ?? 30_000, {
      min: 10,
      max: DAY_MS,
    }),
    leaseMs: checkNumber("leaseMs", options.leaseMs ?? 30_000, { min: 10, max: 30 * DAY_MS }),
    onError: onError === undefined ? undefined : checkFunction("onError", onError),
    log,
    clock: checkClock(options.clock ?? systemClock),
    random: checkRandom(options.random ?? Math.random),
    createId: checkCreateId(options.createId ?? createId),
  };
}

function ignore(): void {}
