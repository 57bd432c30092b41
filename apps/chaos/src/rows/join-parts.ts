import type { RowOutcome } from "./row.js";

/** What a row found that consists of parts, by their names: all that they claim, and the worst of what they measured. */
export function joinParts(parts: Readonly<Record<string, RowOutcome>>): RowOutcome {
  const named = Object.entries(parts);
  const limits = named.flatMap(([name, { limit }]) => (limit === undefined ? [] : [`${name}: ${limit}`]));
  return {
    load: named.map(([name, { load }]) => `${name}: ${load}`).join("; "),
    lost: sumOf(named.map(([, { lost }]) => lost)),
    duplicates: sumOf(named.map(([, { duplicates }]) => duplicates)),
    worstRecoveryMs: Math.max(...named.map(([, { worstRecoveryMs }]) => worstRecoveryMs ?? 0)),
    checks: named.flatMap(([name, { checks }]) =>
      checks.map((check) => ({ ...check, claim: `${name}: ${check.claim}` })),
    ),
    ...(limits.length === 0 ? {} : { limit: limits.join("; ") }),
  };
}

function sumOf(numbers: readonly (number | null)[]): number {
  return numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);
}
