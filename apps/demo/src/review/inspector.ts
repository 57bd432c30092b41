/** A line of a text file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without the line end: newline, or carriage return and newline. Cut off after {@link MAX_LINE_BYTES}. */
  readonly text: string;
}

/** Bytes of a line that are looked at. Only generated files have longer ones, and they must not fill the memory. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** Looks at a text file line by line, then once at the end. */
export interface Inspector {
  line(line: Line): void;
  end?(): void;
}
