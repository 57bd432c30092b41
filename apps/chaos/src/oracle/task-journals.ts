import { readJournals } from "./read-journals.js";

/** All that the journals say of one task. */
export interface TaskEntry {
  attempted: boolean;
  accepted: boolean;
  /** How often a handler began, and for which attempts. */
  runs: number;
  readonly attemptsRun: Set<string>;
  /** The ends that coordinators told to have written. */
  readonly ends: string[];
  /** What those who waited for its result were told. */
  readonly results: Set<string>;
}

/** Reads the journals of a row about tasks: what they say of each, by its id. */
export async function readTaskJournals(dir: string): Promise<Map<string, TaskEntry>> {
  const entries = new Map<string, TaskEntry>();
  await readJournals(dir, ({ letter, id, word }) => {
    if (!"ASDTR".includes(letter)) return;
    let entry = entries.get(id);
    if (entry === undefined) {
      entry = { attempted: false, accepted: false, runs: 0, attemptsRun: new Set(), ends: [], results: new Set() };
      entries.set(id, entry);
    }
    if (letter === "A") entry.attempted = true;
    if (letter === "S") entry.accepted = true;
    if (letter === "T") entry.ends.push(word);
    if (letter === "R") entry.results.add(word);
    if (letter === "D") {
      entry.runs += 1;
      entry.attemptsRun.add(word);
    }
  });
  return entries;
}
