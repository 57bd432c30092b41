import type { FindingKind } from "../review/finding.js";
import type { FileReview } from "../review/review-file.js";
import type { Capability } from "../review/specialities.js";

/** Sums over files. */
export interface Sums {
  /** Every regular file, the skipped ones included. */
  readonly files: number;
  /** Files that could not be read. They add nothing to the other sums. */
  readonly skipped: number;
  readonly lines: number;
  readonly words: number;
  readonly bytes: number;
  readonly blankLines: number;
  readonly binaryFiles: number;
  /** Places that findings speak of. */
  readonly findings: number;
}

/**
 * What is known of a part of the directory, in a size that does not grow with it: files are named by their number in the
 * listing, and the lists keep the top only. So digests can be merged in any order, by as many steps as it takes.
 */
export interface Digest {
  readonly totals: Sums;
  readonly byCapability: Readonly<Partial<Record<Capability, Sums>>>;
  /** Places by kind of finding. */
  readonly places: Readonly<Partial<Record<FindingKind, number>>>;
  readonly mostFindings: readonly { readonly file: number; readonly places: number }[];
  readonly longestLines: readonly { readonly file: number; readonly line: number; readonly characters: number }[];
}

/** How many files the lists of a digest name. */
const TOP = 10;

const NOTHING: Sums = {
  files: 0,
  skipped: 0,
  lines: 0,
  words: 0,
  bytes: 0,
  blankLines: 0,
  binaryFiles: 0,
  findings: 0,
};

/** The digest of no files at all. */
export const EMPTY_DIGEST: Digest = {
  totals: NOTHING,
  byCapability: {},
  places: {},
  mostFindings: [],
  longestLines: [],
};

/** The digest of one file, the one with that number. */
export function digestOf(file: number, capability: Capability, result: FileReview): Digest {
  if ("skipped" in result) {
    const totals = { ...NOTHING, files: 1, skipped: 1 };
    return { ...EMPTY_DIGEST, totals, byCapability: { [capability]: totals } };
  }
  const { lines, words, bytes, blankLines, binary, places, longestLine } = result.review;
  const findings = Object.values(places).reduce((sum, count) => sum + count, 0);
  const totals = { files: 1, skipped: 0, lines, words, bytes, blankLines, binaryFiles: binary ? 1 : 0, findings };
  return {
    totals,
    byCapability: { [capability]: totals },
    places,
    mostFindings: findings > 0 ? [{ file, places: findings }] : [],
    longestLines: longestLine !== undefined && !binary ? [{ file, ...longestLine }] : [],
  };
}

/** One digest that says what the parts say together. */
export function mergeDigests(parts: readonly Digest[]): Digest {
  return {
    totals: addSums(parts.map(({ totals }) => totals)),
    byCapability: mergeRecords(
      parts.map(({ byCapability }) => byCapability),
      (sums) => addSums(sums),
    ),
    places: mergeRecords(
      parts.map(({ places }) => places),
      (counts) => counts.reduce((sum, count) => sum + count, 0),
    ),
    mostFindings: parts
      .flatMap(({ mostFindings }) => mostFindings)
      .sort((a, b) => b.places - a.places || a.file - b.file)
      .slice(0, TOP),
    longestLines: parts
      .flatMap(({ longestLines }) => longestLines)
      .sort((a, b) => b.characters - a.characters || a.file - b.file)
      .slice(0, TOP),
  };
}

function addSums(all: readonly Sums[]): Sums {
  const sum = { ...NOTHING };
  for (const sums of all) {
    for (const key of Object.keys(sum) as (keyof Sums)[]) (sum as Record<keyof Sums, number>)[key] += sums[key];
  }
  return sum;
}

/** Merges key by key what several records say. Absent keys say nothing. */
function mergeRecords<Key extends string, Value>(
  records: readonly Readonly<Partial<Record<Key, Value>>>[],
  merge: (values: Value[]) => Value,
): Partial<Record<Key, Value>> {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record) as Key[]))].sort();
  return Object.fromEntries(
    keys.map((key) => [key, merge(records.flatMap((record) => (record[key] === undefined ? [] : [record[key]])))]),
  ) as Partial<Record<Key, Value>>;
}
