import type { FileName } from "../directory/file-name.js";
import type { UnreadableFolder } from "../directory/find-files.js";
import type { WordRule } from "../review/byte-counts.js";
import type { Review } from "../review/review-bytes.js";
import type { Capability } from "../review/specialities.js";
import type { Digest } from "./digest.js";

/** One assignment of a task to an agent. Times are ISO 8601. */
export interface ReportedAttempt {
  readonly attempt: number;
  readonly agent: string;
  readonly assignedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** How it ended: completed, failed, lost (its agent was), timeout, … */
  readonly outcome?: string;
}

/** What became of a task. */
export interface ReportedTask {
  readonly taskId: string;
  readonly type: string;
  /** The file that it was about. Absent for the editor's tasks. */
  readonly path?: string;
  readonly state: string;
  /** Who had it, in this order. */
  readonly agents: readonly string[];
  readonly attempts: readonly ReportedAttempt[];
  readonly createdAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
}

/** A file that was reviewed. */
export interface ReviewedFile extends FileName, Review {
  readonly capability: Capability;
  readonly taskId: string;
}

/** A file that could not be. */
export interface SkippedFile extends FileName {
  /** The system's code, or why its task failed. */
  readonly reason: string;
}

/** Files of the same content. */
export interface Duplicates {
  readonly sha256: string;
  /** The size of each. */
  readonly bytes: number;
  readonly paths: readonly string[];
}

/** A worker that was killed on purpose, and what became of its tasks. */
export interface KilledWorker {
  readonly worker: string;
  /** How many files had been reviewed by then. */
  readonly afterFiles: number;
  /** The tasks that it had first and another had second. */
  readonly tasks: readonly {
    readonly taskId: string;
    readonly path: string;
    readonly first: string;
    readonly second: string;
  }[];
}

/** What an agent did. */
export interface ReportedAgent {
  readonly id: string;
  readonly capabilities: readonly string[];
  readonly limit: number;
  readonly tasksDone: number;
  /** It was given up: it no longer told that it was alive. */
  readonly lost: boolean;
}

/** Everything that report.json says. */
export interface Report {
  readonly directory: string;
  readonly transport: string;
  readonly processes: boolean;
  /** Ctrl-C never leads to a report: what is here is complete. ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  /** `files`: every regular file. The sums are over those that could be read, as wc counts each. */
  readonly totals: {
    readonly files: number;
    readonly skipped: number;
    readonly lines: number;
    readonly words: number;
    readonly bytes: number;
  };
  /** Words are those of wc in a UTF-8 locale, or in the C (POSIX) locale. */
  readonly wordRule: WordRule;
  /** What was not counted as a file, and why. */
  readonly notReviewed: {
    /** Folders named .git and node_modules. */
    readonly notEntered: readonly string[];
    readonly unreadableFolders: readonly UnreadableFolder[];
    /** Files of an earlier report, where this one goes. */
    readonly ownFiles: readonly string[];
    readonly symbolicLinks: number;
    /** Sockets, pipes and devices. */
    readonly otherEntries: number;
  };
  /** What the editor made of it. The lists name the first ten. */
  readonly summary: Omit<Digest, "mostFindings" | "longestLines"> & {
    readonly mostFindings: readonly { readonly path: string; readonly places: number }[];
    readonly longestLines: readonly { readonly path: string; readonly line: number; readonly characters: number }[];
  };
  readonly crew: readonly ReportedAgent[];
  /** Null unless a worker was to be killed, and there was a file to review. */
  readonly killed: KilledWorker | null;
  readonly messages: { readonly sent: number; readonly received: number };
  readonly duplicates: readonly Duplicates[];
  readonly skipped: readonly SkippedFile[];
  readonly files: readonly ReviewedFile[];
  readonly tasks: readonly ReportedTask[];
}
