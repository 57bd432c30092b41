/** A process that writes a file log until it is told to stop: as many lines as it may, flushing now and then. */
export interface LogOrder {
  readonly kind: "logger";
  readonly dir: string;
  readonly baseDir: string;
  /** Its number in the ids of its lines: no two loggers of a row have the same. */
  readonly logger: number;
  readonly perSecond: number;
  /** Lines between two flushes. */
  readonly perFlush: number;
  /**
   * On SIGUSR2 the process kills itself in the middle of its next write to a log file: after this share of its bytes, from 0 up to 1.
   */
  readonly cutAt: number;
}
