import { createHash } from "node:crypto";
import { type ByteCounts, createByteCounter, type WordRule } from "./byte-counts.js";
import { quote } from "./finding.js";
import { createFindingList, type FindingList, type FindingSummary } from "./finding-list.js";
import type { Inspector } from "./inspector.js";
import { jsonDialect } from "./json-dialect.js";
import { createJsonSyntax } from "./json-syntax.js";
import { linkTarget } from "./link-target.js";
import { inspectMarkdown } from "./markdown.js";
import { inspectOpenWork } from "./open-work.js";
import type { Capability } from "./specialities.js";
import { createLineSplitter } from "./split-lines.js";
import { inspectSuppressions, PYTHON_SUPPRESSIONS, TYPESCRIPT_SUPPRESSIONS } from "./suppressions.js";
import { inspectWhiteSpace } from "./white-space.js";

/** What a review says of a file that could be read. */
export interface Review extends ByteCounts, FindingSummary {
  /** SHA-256 of the content, in hex: files with the same one are duplicates. */
  readonly sha256: string;
}

/** How a file is reviewed. */
export interface ReviewOptions {
  /** Its path, for what depends on the name. */
  readonly path: string;
  readonly capability: Capability;
  readonly wordRule: WordRule;
  /** Whether there is a file or folder of that name beside the reviewed file. */
  readonly exists: (name: string) => Promise<boolean>;
}

/** A review under way. The bytes are the reviewer's until `add` returns, no longer. */
export interface ReviewInProgress {
  add(piece: Uint8Array): void;
  /** Resolves to the review. Rejects only if `exists` does. */
  end(): Promise<Review>;
}

/** Reviews a file that comes in pieces, whatever its size. */
export function beginReview(options: ReviewOptions): ReviewInProgress {
  const found = createFindingList();
  const counter = createByteCounter(options.wordRule);
  const hash = createHash("sha256");
  const markdown = options.capability === "review.markdown" ? inspectMarkdown(found) : undefined;
  const json = options.capability === "review.json" ? createJsonSyntax(jsonDialect(options.path)) : undefined;
  const inspectors = [
    inspectOpenWork(found),
    inspectWhiteSpace(found),
    ...languageInspectors(options.capability, found),
  ];
  if (markdown !== undefined) inspectors.push(markdown);
  const splitter = createLineSplitter((line) => {
    for (const inspector of inspectors) inspector.line(line);
  });
  let binary = false;

  return {
    add(piece) {
      counter.add(piece);
      hash.update(piece);
      json?.add(piece);
      binary ||= piece.includes(0);
      if (!binary) splitter.add(piece);
    },
    async end() {
      const counts = counter.end();
      if (!binary) {
        splitter.end();
        for (const inspector of inspectors) inspector.end?.();
        if (counts.notUtf8Line !== undefined) {
          found.add("not-utf-8", counts.notUtf8Line, () => ({ message: "holds bytes that are not UTF-8" }));
        }
      }
      // What looked like lines before the first NUL was none.
      if (binary) found.keepOnly([]);
      const error = json?.end();
      if (error !== undefined) {
        found.add("json", error.line, () => ({ column: error.column, message: `does not parse: ${error.message}` }));
      }
      if (markdown !== undefined && !binary) await findMissing(markdown.links, found, options.exists);
      return { ...counts, sha256: hash.digest("hex"), ...found.summary() };
    },
  };
}

function languageInspectors(capability: Capability, found: FindingList): Inspector[] {
  if (capability === "review.typescript") return [inspectSuppressions(found, TYPESCRIPT_SUPPRESSIONS)];
  if (capability === "review.python") return [inspectSuppressions(found, PYTHON_SUPPRESSIONS)];
  return [];
}

async function findMissing(
  links: readonly { readonly line: number; readonly destination: string }[],
  found: FindingList,
  exists: (name: string) => Promise<boolean>,
): Promise<void> {
  const known = new Map<string, boolean>();
  for (const { line, destination } of links) {
    const spellings = linkTarget(destination);
    if (spellings === undefined) continue;
    let there = false;
    for (const name of spellings) {
      let answer = known.get(name);
      if (answer === undefined) {
        answer = await exists(name);
        known.set(name, answer);
      }
      there ||= answer;
    }
    if (!there) found.add("link", line, () => ({ message: `links to ${quote(destination)}, which is not there` }));
  }
}
