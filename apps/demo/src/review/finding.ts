/** What a reviewer can find, what matters most first. */
export const FINDING_KINDS = [
  "json",
  "link",
  "heading",
  "not-utf-8",
  "mixed-indentation",
  "fixme",
  "todo",
  "suppression",
  "trailing-white-space",
] as const;

/** One of {@link FINDING_KINDS}. */
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something true about a file, with the place where anybody can check it. */
export interface Finding {
  readonly kind: FindingKind;
  /** The line, or the first of the lines. From 1. */
  readonly line: number;
  /** In characters, from 1. Absent: it is about the whole line. */
  readonly column?: number;
  /** Of how many places it speaks: more than 1 where a finding per line would bury the rest. */
  readonly places: number;
  readonly message: string;
}

/**
 * Findings reported per file. With at most {@link MAX_QUOTE} characters quoted in each, a review stays far below the size limit
 * of a message (256 KiB), even if every character has to be escaped.
 */
export const MAX_FINDINGS = 100;

/** Characters quoted from a file in a finding. */
const MAX_QUOTE = 100;

/** An excerpt that fits into a finding, on one line. */
export function quote(text: string): string {
  const start = text.slice(0, 4 * MAX_QUOTE).replace(/[\uD800-\uDBFF]$/, "");
  const characters = [...start.replace(/\s+/gu, " ").trim()];
  return characters.length <= MAX_QUOTE ? characters.join("") : `${characters.slice(0, MAX_QUOTE - 1).join("")}…`;
}
