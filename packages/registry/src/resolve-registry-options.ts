import { AgentCommError, type Clock, createId, systemClock, type Transport } from "@agentcomm/protocol";
import {
  checkClock,
  checkCreateId,
  checkFunction,
  checkNumber,
  checkRandom,
  quote,
  readingOptions,
  readOptions,
} from "@agentcomm/protocol/internal";
import type { RegistryOptions, SelectionStrategy } from "./agent-registry.js";

/** Every option of a registry, filled in. */
export interface ResolvedRegistryOptions {
  readonly transport: Transport;
  readonly heartbeatIntervalMs: number;
  readonly offlineAfterMs: number;
  readonly strategy: SelectionStrategy;
  readonly onError: RegistryOptions["onError"];
  readonly clock: Clock;
  readonly random: () => number;
  readonly createId: () => string;
}

const STRATEGIES = ["least-loaded", "round-robin", "random"];
const DAY_MS = 86_400_000;

export function resolveRegistryOptions(given: RegistryOptions): ResolvedRegistryOptions {
  const options = readOptions(given);
  const { transport, onError } = options;
  if (readingOptions("transport", () => typeof transport?.records?.watch !== "function")) {
    throw refused("transport", transport, "give one, such as createMemoryTransport()");
  }
  const heartbeatIntervalMs = checkNumber("heartbeatIntervalMs", options.heartbeatIntervalMs ?? 30_000, {
    min: 10,
    max: DAY_MS,
  });
  const { strategy = "least-loaded" } = options;
  if (typeof strategy !== "function" && !STRATEGIES.includes(strategy)) {
    throw refused("strategy", strategy, `use ${STRATEGIES.join(", ")} or a function`);
  }
  return {
    transport,
    heartbeatIntervalMs,
    // Less than one interval would lose agents that beat in time.
    offlineAfterMs: checkNumber("offlineAfterMs", options.offlineAfterMs ?? 3 * heartbeatIntervalMs, {
      min: heartbeatIntervalMs,
      max: 30 * DAY_MS,
    }),
    strategy,
    onError: onError === undefined ? undefined : checkFunction("onError", onError),
    clock: checkClock(options.clock ?? systemClock),
    random: checkRandom(options.random ?? Math.random),
    createId: checkCreateId(options.createId ?? createId),
  };
}

function refused(option: string, value: unknown, fix: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${option} is ${quote(value)}: ${fix}`, {
    outcome: "none",
    details: { option },
  });
}
