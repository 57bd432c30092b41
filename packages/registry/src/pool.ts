import type { AgentEntry } from "./agent-entry.js";

/**
 * The agents that have one combination of capabilities and take tasks, kept in the shape that the strategy needs: so that
 * choosing does not look at all of them.
 */
export interface Pool {
  /** How many there are, free or not. */
  readonly size: number;
  has(entry: AgentEntry): boolean;
  add(entry: AgentEntry): void;
  delete(entry: AgentEntry): void;
  /** To be called after the entry's load, limit or turn has changed. */
  update(entry: AgentEntry): void;
  /** The one to take among the free, without those in `except`. */
  choose(except: ReadonlySet<string>): AgentEntry | undefined;
  /** The free ones, best first as far as there is an order. */
  free(): Iterable<AgentEntry>;
}
