import type { FindingKind } from "../review/finding.js";

/** What findings are called. */
export const FINDING_NAMES: Readonly<Record<FindingKind, string>> = {
  json: "JSON that does not parse",
  link: "links to files that are not there",
  heading: "headings that skip a level",
  "not-utf-8": "texts that are not UTF-8",
  "mixed-indentation": "files with mixed indentation",
  fixme: "FIXME",
  todo: "TODO",
  suppression: "checks switched off",
  "trailing-white-space": "lines with trailing white space",
};

const NUMBER = new Intl.NumberFormat("en-US");

/** A number as people read it: 12,345. */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** "1 file", "2,000 files". */
export function amount(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** "0.4 s", "12 s", "3 min 5 s". */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
