/** One line of a journal. */
export interface JournalEvent {
  readonly letter: string;
  readonly id: string;
  /** Monotonic, milliseconds; common to all processes of the machine. */
  readonly atMs: number;
  readonly word: string;
  readonly pid: number;
}
