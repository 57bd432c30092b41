import { parseMessageId } from "../oracle/message-id.js";
import { readJournals } from "../oracle/read-journals.js";

/** Where those who assigned the tasks of a lane before were interrupted. */
export interface LaneState {
  /** The number of the first task that nobody has tried to assign. */
  readonly next: number;
  /** Tasks of which it is not known whether they were accepted. */
  readonly unsure: readonly string[];
  /** Tasks that were accepted and whose result nobody has seen yet. */
  readonly unseen: readonly string[];
}

/** What a lane's journals are called. */
export function laneRole(lane: number): string {
  return `coordinator-${lane}`;
}

/** Reads the journals of those who were killed. To be called before this process opens its own. */
export async function resumeLane(dir: string, lane: number): Promise<LaneState> {
  const unsure = new Set<string>();
  const unseen = new Set<string>();
  const told = new Set<string>();
  let last = 0;
  await readJournals(
    dir,
    ({ letter, id }) => {
      const parsed = parseMessageId(id);
      // Under one id, a coordinator also brings the tasks of the other lanes to their ends.
      if (parsed?.sender !== lane) return;
      last = Math.max(last, parsed.number);
      if (letter === "A") unsure.add(id);
      if (letter === "S") unseen.add(id);
      if (letter === "S") unsure.delete(id);
      if (letter === "R") told.add(id);
    },
    laneRole(lane),
  );
  return { next: last + 1, unsure: [...unsure], unseen: [...unseen].filter((id) => !told.has(id)) };
}
