import {
  type AgentCommError,
  type Clock,
  checkAgentId,
  createId,
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
import type { AgentRegistry } from "@agentcomm/registry";
import type { AssignOptions, CoordinatorOptions } from "./coordinator-options.js";

const DAY_MS = 86_400_000;
const LONGEST_MS = 30 * DAY_MS;
const MOST_RETRIES = 100;

/** What a task is assigned with, unless the call says otherwise. */
export interface TaskDefaults {
  readonly attemptTimeoutMs: number;
  readonly taskTimeoutMs: number;
  readonly maxRetries: number;
  readonly whenNoAgent: "reject" | "wait";
}

/** Every option of a coordinator, filled in. */
export interface ResolvedCoordinatorOptions extends TaskDefaults {
  readonly id: string;
  readonly transport: Transport;
  readonly registry: AgentRegistry | undefined;
  readonly retryBackoff: { readonly minMs: number; readonly maxMs: number };
  readonly taskRetentionMs: number;
  readonly leaseMs: number;
  readonly onError: CoordinatorOptions["onError"];
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
}

export function resolveCoordinatorOptions(given: CoordinatorOptions): ResolvedCoordinatorOptions {
  const options = readOptions(given);
  const { id, transport, registry, onError } = options;
  checkAgentId(id, "id");
  const retryBackoff = readOptions(options.retryBackoff ?? { minMs: 1_000, maxMs: 300_000 }, "retryBackoff");
  if (readingOptions("transport", () => typeof transport?.records?.watch !== "function")) {
    throw refused("transport", transport, "give one, such as createMemoryTransport()");
  }
  if (registry !== undefined && readingOptions("registry", () => typeof registry?.claimAgent !== "function")) {
    throw refused("registry", registry, "give one made by createRegistry(), or none");
  }
  const minMs = checkNumber("retryBackoff.minMs", retryBackoff.minMs, { min: 0, max: LONGEST_MS });
  return {
    id,
    transport,
    registry,
    ...resolveTaskDefaults(options, {
      attemptTimeoutMs: 300_000,
      taskTimeoutMs: 3_600_000,
      maxRetries: 3,
      whenNoAgent: "reject",
    }),
    retryBackoff: {
      minMs,
      maxMs: checkNumber("retryBackoff.maxMs", retryBackoff.maxMs, { min: minMs, max: LONGEST_MS }),
    },
    taskRetentionMs: checkNumber("taskRetentionMs", options.taskRetentionMs ?? DAY_MS, {
      min: 1,
      max: 12 * LONGEST_MS,
    }),
    leaseMs: checkNumber("leaseMs", options.leaseMs ?? 10_000, { min: 100, max: DAY_MS }),
    onError: onError === undefined ? undefined : checkFunction("onError", onError),
    clock: checkClock(options.clock ?? systemClock),
    random: checkRandom(options.random ?? Math.random),
    createId: checkCreateId(options.createId ?? createId),
  };
}

/** What holds for one task. */
export function resolveTaskDefaults(
  options: Pick<AssignOptions, keyof TaskDefaults>,
  defaults: TaskDefaults,
): TaskDefaults {
  const { whenNoAgent = defaults.whenNoAgent } = options;
  if (whenNoAgent !== "reject" && whenNoAgent !== "wait") {
    throw refused("whenNoAgent", whenNoAgent, 'use "reject" or "wait"');
  }
  const time = { min: 1, max: LONGEST_MS };
  return {
    attemptTimeoutMs: checkNumber("attemptTimeoutMs", options.attemptTimeoutMs ?? defaults.attemptTimeoutMs, time),
    taskTimeoutMs: checkNumber("taskTimeoutMs", options.taskTimeoutMs ?? defaults.taskTimeoutMs, time),
    maxRetries: checkNumber("maxRetries", options.maxRetries ?? defaults.maxRetries, {
      min: 0,
      max: MOST_RETRIES,
      integer: true,
    }),
    whenNoAgent,
  };
}

export function refused(option: string, value: unknown, fix: string): AgentCommError {
  return invalidOption(option, `is ${quote(value)}: ${fix}`);
}
