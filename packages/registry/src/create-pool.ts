import { AgentCommError } from "@agentcomm/protocol";
import { describe } from "@agentcomm/protocol/internal";
import type { AgentEntry } from "./agent-entry.js";
import type { Candidate, SelectAgent, SelectionStrategy } from "./agent-registry.js";
import { FreePool } from "./free-pool.js";
import { byLoad, byTurn, OrderedPool } from "./ordered-pool.js";
import type { Pool } from "./pool.js";

/** Makes the empty pool for a combination of capabilities. */
export type CreatePool = (capabilities: readonly string[]) => Pool;

/** The pools that a strategy needs. */
export function poolsFor(strategy: SelectionStrategy, random: () => number): CreatePool {
  if (typeof strategy === "function") {
    return (capabilities) => new FreePool((free, except) => select(strategy, free, except, capabilities));
  }
  if (strategy === "random") return () => new FreePool((free, except) => pickAny(free, except, random));
  const compare = strategy === "round-robin" ? byTurn : byLoad;
  return () => new OrderedPool(compare);
}

function pickAny(
  free: readonly AgentEntry[],
  except: ReadonlySet<string>,
  random: () => number,
): AgentEntry | undefined {
  if (except.size === 0) return free[Math.floor(random() * free.length)];
  const allowed = free.filter((entry) => !except.has(entry.info.id));
  return allowed[Math.floor(random() * allowed.length)];
}

function select(
  strategy: SelectAgent,
  free: readonly AgentEntry[],
  except: ReadonlySet<string>,
  capabilities: readonly string[],
): AgentEntry | undefined {
  const byCandidate = new Map<Candidate, AgentEntry>();
  for (const entry of free) {
    if (!except.has(entry.info.id)) byCandidate.set({ agent: entry.info, load: entry.load }, entry);
  }
  if (byCandidate.size === 0) return undefined;
  let chosen: Candidate | undefined;
  try {
    chosen = strategy([...byCandidate.keys()], capabilities);
  } catch (thrown) {
    throw new AgentCommError("HANDLER_FAILED", `the strategy threw: ${describe(thrown)}`, { cause: thrown });
  }
  if (chosen === undefined) return undefined;
  const entry = byCandidate.get(chosen);
  if (entry !== undefined) return entry;
  throw new AgentCommError("HANDLER_FAILED", "the strategy returned something else than one of its candidates");
}
