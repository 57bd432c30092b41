import { FINDING_KINDS, type Finding, type FindingKind, MAX_FINDINGS } from "./finding.js";

/** What reviewers found in one file. */
export interface FindingList {
  /** Counts a finding, and keeps it if there is room: only then `describe` is called. */
  add(kind: FindingKind, line: number, describe: () => FindingText, places?: number): void;
  /** Forgets the findings of every kind but those. */
  keepOnly(kinds: readonly FindingKind[]): void;
  /** At most {@link MAX_FINDINGS}, the most important kinds first, then by place; and how many places of each kind there are in all. */
  summary(): FindingSummary;
}

/** What a finding says. */
export interface FindingText {
  readonly column?: number;
  readonly message: string;
}

/** The findings of a file as they are reported. */
export interface FindingSummary {
  readonly findings: readonly Finding[];
  /** Findings beyond {@link MAX_FINDINGS}: counted, not reported one by one. */
  readonly findingsLeftOut: number;
  /** Places of each kind, all of them. Kinds that were not found are absent. */
  readonly places: Readonly<Partial<Record<FindingKind, number>>>;
}

/** An empty list. It stays small whatever a file holds. */
export function createFindingList(): FindingList {
  const kinds = new Map<FindingKind, { kept: Finding[]; found: number; places: number }>();
  return {
    add(kind, line, describe, places = 1) {
      let entry = kinds.get(kind);
      if (entry === undefined) {
        entry = { kept: [], found: 0, places: 0 };
        kinds.set(kind, entry);
      }
      entry.found += 1;
      entry.places += places;
      if (entry.kept.length < MAX_FINDINGS) entry.kept.push({ kind, line, places, ...describe() });
    },
    keepOnly(kept) {
      for (const kind of kinds.keys()) if (!kept.includes(kind)) kinds.delete(kind);
    },
    summary() {
      const entries = [...kinds].sort(([a], [b]) => FINDING_KINDS.indexOf(a) - FINDING_KINDS.indexOf(b));
      const findings = entries
        .flatMap(([, { kept }]) => kept.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0)))
        .slice(0, MAX_FINDINGS);
      const found = entries.reduce((sum, [, entry]) => sum + entry.found, 0);
      return {
        findings,
        findingsLeftOut: found - findings.length,
        places: Object.fromEntries(entries.map(([kind, entry]) => [kind, entry.places])),
      };
    },
  };
}
