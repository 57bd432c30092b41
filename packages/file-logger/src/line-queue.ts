/** Complete lines, to be written together. */
export interface Batch {
  readonly bytes: Buffer;
  readonly lines: number;
}

// Large enough that the file operations of a batch cost next to nothing, small enough for a short write to lose little.
const CHUNK_BYTES = 262_144;
const MOST_BYTES_PER_CHARACTER = 3;

/**
 * Lines that wait for their file, oldest first. They are kept as bytes, at once: as strings they would be thousands of small
 * objects which the garbage collector meets again and again.
 */
export class LineQueue {
  readonly #closed: Batch[] = [];
  #chunk = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #lines = 0;
  #bytes = 0;

  /** The size of all lines. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Whether there is enough for a write before its time. */
  get hasFullBatch(): boolean {
    return this.#closed.length > 0;
  }

  push(line: string): void {
    const mostBytes = line.length * MOST_BYTES_PER_CHARACTER;
    if (this.#chunk.length - this.#end < mostBytes) this.#startChunk(mostBytes);
    const bytes = this.#chunk.write(line, this.#end);
    this.#end += bytes;
    this.#bytes += bytes;
    this.#lines += 1;
  }

  /** Puts lines back that could not be written. */
  unshift(batch: Batch): void {
    this.#closed.unshift(batch);
    this.#bytes += batch.bytes.length;
  }

  /** Takes the oldest lines. */
  shift(): Batch | undefined {
    if (this.#closed.length === 0) this.#close();
    const batch = this.#closed.shift();
    this.#bytes -= batch?.bytes.length ?? 0;
    return batch;
  }

  #startChunk(mostBytes: number): void {
    this.#close();
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, mostBytes));
    this.#start = 0;
    this.#end = 0;
  }

  /** Makes a batch of the lines at hand; what comes next goes behind them into the same chunk. */
  #close(): void {
    if (this.#lines === 0) return;
    this.#closed.push({ bytes: this.#chunk.subarray(this.#start, this.#end), lines: this.#lines });
    this.#start = this.#end;
    this.#lines = 0;
  }
}
