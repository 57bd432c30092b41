/** A task as its record in the store tells it: as docs/PROTOCOL.md describes it, and no more than the checker looks at. */
export interface RawTask {
  readonly taskId: string;
  readonly state: string;
  /** The running coordinator that looks after it. */
  readonly ownerId: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly requiredCapabilities: readonly string[];
  readonly attempts: readonly { readonly attempt: number; readonly agentId: string; readonly outcome?: string }[];
  readonly result?: unknown;
  /** The record's value, byte for byte. */
  readonly text: string;
}

const OPEN_STATES: ReadonlySet<string> = new Set(["queued", "assigned", "running"]);

export function isEnd(state: string): boolean {
  return !OPEN_STATES.has(state);
}

/** Reads what a collection's hash holds under a task's id: `<version> <expiry or 0> <value>`. */
export function parseTask(packed: string): RawTask {
  const text = packed.slice(packed.indexOf(" ", packed.indexOf(" ") + 1) + 1);
  return { ...(JSON.parse(text) as RawTask), text };
}
