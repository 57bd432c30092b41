import type { LogKind } from "./log-kinds.js";
import type { StoredLogFile } from "./stored-files.js";

/** What stands in the log folder, and what became of the lines of this process. */
export interface LogStats {
  readonly baseDir: string;
  /** Every log file below `baseDir`, whoever wrote it, oldest day first. */
  readonly logFiles: readonly StoredLogFile[];
  /** The size of all of them. */
  readonly bytes: number;
  /** Lines that this logger has written, in all and by kind, and their size. */
  readonly linesWritten: number;
  readonly linesByKind: Readonly<Record<LogKind, number>>;
  readonly bytesWritten: number;
  /** Lines that are yet to be written. */
  readonly linesWaiting: number;
  /** Lines that this logger could not write and gave up. */
  readonly linesLost: number;
  /** Unfinished lines of killed writers that this logger took out of the files; they are kept in `errors`. */
  readonly linesSetAside: number;
}

/**
 * Writes what this process does into daily files. Messages, agents, tasks and failures are logged by themselves; the `log…`
 * methods add what only the program knows. They return at once and never fail because of the disk.
 */
export interface FileLogger extends AsyncDisposable {
  /** The folder, absolute. */
  readonly baseDir: string;
  /** Logs what an agent did, into `agent_activity`. Throws INVALID_OPTIONS or CLOSED. */
  logAgentActivity(agentId: string, event: string, data?: Readonly<Record<string, unknown>>): void;
  /** Logs a measurement, into `performance`. Throws INVALID_OPTIONS or CLOSED. */
  logPerformanceMetric(agentId: string, metric: string, value: number, unit: string): void;
  /** Logs an error, into `errors`. `details` may be anything, an Error too. Throws INVALID_OPTIONS or CLOSED. */
  logError(agentId: string, errorType: string, message: string, details?: unknown): void;
  /** Rejects with LOG_FAILED if the folder cannot be read. Also answers after `close`. */
  getLogStats(): Promise<LogStats>;
  /**
   * Deletes log files that are more than `daysToKeep` days (UTC) older than today, and their folders if nothing else is
   * in them. Resolves to the number of files deleted. Touches nothing that does not have the exact name of a log file.
   * Rejects with INVALID_OPTIONS, or with LOG_FAILED after having tried every file.
   * @param daysToKeep 0 keeps today alone. @default 30
   */
  cleanupOldLogs(daysToKeep?: number): Promise<number>;
  /**
   * Resolves once everything logged before the call is on the disk, also after a loss of power. Rejects with LOG_FAILED (the
   * lines are tried again later), TIMEOUT, or CLOSED.
   */
  flush(): Promise<void>;
  /**
   * Writes what waits and ends file logging. What cannot be written within `timeoutMs` is lost, and reported: it never
   * rejects. Repeating it changes nothing.
   */
  close(): Promise<void>;
}
