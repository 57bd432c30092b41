import type { CrewMember } from "../crew/roster.js";
import type { Listing } from "../directory/find-files.js";
import type { ReviewOutcome } from "../supervisor/review-files.js";
import type { BoardState } from "../view/board.js";
import type { Digest } from "./digest.js";
import { findDuplicates } from "./duplicates.js";
import type { KilledWorker, Report, ReportedTask, ReviewedFile, SkippedFile } from "./report.js";

/** What a report is made of. */
export interface ReportFacts {
  readonly directory: string;
  readonly transport: string;
  readonly processes: boolean;
  readonly wordRule: Report["wordRule"];
  readonly startedAt: number;
  readonly endedAt: number;
  readonly listing: Listing;
  readonly outcomes: readonly ReviewOutcome[];
  readonly digest: Digest;
  readonly editorTasks: readonly ReportedTask[];
  readonly killed: KilledWorker | null;
  readonly crew: readonly CrewMember[];
  readonly board: BoardState;
}

/** Puts the report together. */
export function buildReport(facts: ReportFacts): Report {
  const { listing, outcomes, digest, killed, board } = facts;
  const files: ReviewedFile[] = [];
  const skipped: SkippedFile[] = [];
  for (const { name, capability, result, task } of outcomes) {
    if ("skipped" in result) skipped.push({ ...name, reason: result.skipped });
    else files.push({ ...name, capability, taskId: task.taskId, ...result.review });
  }
  const pathOf = (file: number): string => listing.files[file]?.path ?? "";
  const paths = (names: readonly { readonly path: string }[]): string[] => names.map(({ path }) => path);
  const { mostFindings, longestLines, ...sums } = digest;
  const { lines, words, bytes } = digest.totals;
  return {
    directory: facts.directory,
    transport: facts.transport,
    processes: facts.processes,
    startedAt: new Date(facts.startedAt).toISOString(),
    endedAt: new Date(facts.endedAt).toISOString(),
    durationMs: facts.endedAt - facts.startedAt,
    totals: { files: digest.totals.files, skipped: digest.totals.skipped, lines, words, bytes },
    wordRule: facts.wordRule,
    notReviewed: {
      notEntered: paths(listing.notEntered),
      unreadableFolders: listing.unreadableFolders,
      ownFiles: paths(listing.ownFiles),
      symbolicLinks: listing.symbolicLinks,
      otherEntries: listing.otherEntries,
    },
    summary: {
      ...sums,
      mostFindings: mostFindings.map(({ file, places }) => ({ path: pathOf(file), places })),
      longestLines: longestLines.map(({ file, line, characters }) => ({ path: pathOf(file), line, characters })),
    },
    crew: facts.crew.map(({ id, capabilities, limit }) => {
      const agent = board.agents.find((candidate) => candidate.id === id);
      return { id, capabilities, limit, tasksDone: agent?.done ?? 0, lost: agent?.lost ?? false };
    }),
    killed,
    messages: { sent: board.sent, received: board.received },
    duplicates: findDuplicates(files),
    skipped,
    files,
    tasks: [...outcomes.map(({ task }) => task), ...facts.editorTasks],
  };
}
