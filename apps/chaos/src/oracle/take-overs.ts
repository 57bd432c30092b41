import type { Interruption } from "./check-journals.js";
import type { TaskTrace } from "./task-history.js";
import { isEnd } from "./task-record.js";
import type { Took } from "./took.js";

/** A task that a coordinator held when it was killed. */
export interface TakeOver {
  /** How long until another one wrote its record; infinite if none did. */
  readonly ms: number;
  /** Nothing but its owner changed: it had to be taken over, no answer of an agent brought it along. */
  readonly isAdoption: boolean;
}

/**
 * How soon each task that a killed coordinator held was in another's hands. Owners are called `p<pid>-…`. Sorted by how long it
 * took.
 */
export function takeOvers(
  traces: ReadonlyMap<string, TaskTrace>,
  interruptions: readonly Interruption[],
  took: Took,
): readonly TakeOver[] {
  const found: TakeOver[] = [];
  for (const { pid, atMs } of interruptions) {
    const owner = `p${pid}-`;
    for (const { sightings } of traces.values()) {
      const last = sightings.findLastIndex(({ ownerId }) => ownerId.startsWith(owner));
      const held = sightings[last];
      if (held === undefined) continue;
      // It had ended by then; or before, and its id was taken anew by one who died before the record could be taken back.
      if (sightings.slice(0, last + 1).some(({ state }) => isEnd(state))) continue;
      const next = sightings[last + 1];
      if (next === undefined) found.push({ ms: Number.POSITIVE_INFINITY, isAdoption: false });
      // It was taken away from it before.
      else if (next.atMs > atMs) {
        const isAdoption = next.state === held.state && next.attempts === held.attempts;
        found.push({ ms: took(atMs, next.atMs), isAdoption });
      }
    }
  }
  return found.sort((a, b) => a.ms - b.ms);
}
