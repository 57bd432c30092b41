/** One complete line, newline included, that is about to be kept: it is read at once and may be another line afterwards. */
export interface Line {
  /** No fewer bytes than `writeTo` writes. */
  readonly mostBytes: number;
  /** Writes the line at `start` and returns where it ends. */
  writeTo(chunk: Buffer, start: number): number;
}

const MOST_BYTES_PER_CHARACTER = 3;

/** A line that exists as text. */
export function textLine(text: string): Line {
  return {
    mostBytes: text.length * MOST_BYTES_PER_CHARACTER,
    writeTo: (chunk, start) => start + chunk.write(text, start),
  };
}
