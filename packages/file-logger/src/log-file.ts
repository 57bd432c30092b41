import type { Account } from "./account.js";
import { appendAtOnce } from "./append-at-once.js";
import { type Batch, LineQueue } from "./line-queue.js";
import type { LogKind } from "./log-kinds.js";
import type { ResolvedFileLoggingOptions } from "./options.js";
import { SharedFile } from "./shared-file.js";
import type { Fragment } from "./torn-line.js";

const RETRY_MS = 1_000;
const STALL_MS = 250;
const NEWLINE = 0x0a;

/** What a log file needs to know of the logger it belongs to. */
export interface LogFileContext {
  readonly options: ResolvedFileLoggingOptions;
  readonly account: Account;
  /** Somebody else's unfinished line was taken out of the file. */
  onSetAside(path: string, fragment: Fragment): void;
}

/**
 * The lines of one kind and day, on their way into their file: gathered for a moment, written together, kept and tried
 * again each second while the disk refuses them, dropped and counted when there are too many.
 */
export class LogFile {
  readonly path: string;
  readonly #kind: LogKind;
  readonly #context: LogFileContext;
  readonly #queue = new LineQueue();
  #appended = 0;
  /** Lines written or lost. */
  #settled = 0;
  #file: SharedFile | undefined;
  #lastWrite: Promise<void> = Promise.resolve();
  /** Writes that are under way or waiting for their turn. */
  #writes = 0;
  /** The write that is under way has taken so long that the disk, and not the program, must be what is slow. */
  #stalled = false;
  #failing = false;
  #onDrained: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(kind: LogKind, path: string, context: LogFileContext) {
    this.#kind = kind;
    this.path = path;
    this.#context = context;
  }

  /** Lines that are neither written nor lost. */
  get linesWaiting(): number {
    return this.#appended - this.#settled;
  }

  /** Whether the last try to write failed. */
  get isFailing(): boolean {
    return this.#failing;
  }

  /** Takes a complete line, or loses it when too many wait already. */
  append(line: string): void {
    this.#appended += 1;
    if (this.#queue.bytes + line.length > this.#context.options.maxBufferBytes && !this.#makeRoom()) {
      this.#settled += 1;
      this.#context.account.lost(this.path, 1, "more lines wait for the disk than maxBufferBytes allows");
      return;
    }
    this.#queue.push(line);
    if (this.#writes > 0) return;
    if (this.#queue.hasFullBatch && !this.#failing) this.#writeInBackground();
    else this.#arm();
  }

  /** Resolves once the lines appended before the call are in the file. Rejects with what the file system said, reported. */
  write(): Promise<void> {
    this.#writes += 1;
    const write = this.#lastWrite.then(() => this.#writeAll());
    this.#lastWrite = write.catch(() => undefined);
    return write;
  }

  /** As `write`, and on the disk. */
  async flush(): Promise<void> {
    await this.write();
    await this.#file?.sync();
  }

  /** Nothing more will be appended: closes the file once all lines are written, and calls `onClosed` then. */
  retire(onClosed: () => void): void {
    this.#onDrained = onClosed;
    this.#writeInBackground();
  }

  /** Closes the file. Lines that still wait are lost. */
  async close(): Promise<void> {
    await this.#lastWrite;
    this.#cancelTimer?.();
    this.#loseRest("file logging ended");
    await this.#closeFile();
  }

  /** Writes what waits, blocking: the process is about to end. What does not get written is lost. */
  writeAtExit(): void {
    this.#loseRest(this.#writeBlocking());
  }

  /**
   * Too many lines wait. Where the disk is full or stalled, waiting for it would hold up the agents. Elsewhere the program
   * logs faster than one write per turn of the event loop can take away, or never lets it turn: then it has to wait.
   */
  #makeRoom(): boolean {
    if (this.#failing || this.#stalled) return false;
    const failure = this.#writeBlocking();
    if (failure === undefined) return true;
    this.#failing = true;
    if (this.#writes === 0) this.#arm();
    this.#context.account.failed(this.path, failure);
    return false;
  }

  #arm(): void {
    if (this.#cancelTimer !== undefined) return;
    const { clock, flushIntervalMs } = this.#context.options;
    this.#cancelTimer = clock.timer(this.#failing ? RETRY_MS : flushIntervalMs, () => {
      this.#cancelTimer = undefined;
      this.#writeInBackground();
    });
  }

  #writeInBackground(): void {
    // What goes wrong is reported where it goes wrong.
    this.write().catch(() => undefined);
  }

  async #writeAll(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    try {
      // Lines that come while others are being written wait for the next time, or a flush might never end.
      const until = this.#appended;
      while (this.#settled < until && !this.#queue.isEmpty) await this.#writeOldest();
      this.#failing = false;
    } catch (error) {
      this.#failing = true;
      await this.#closeFile();
      this.#context.account.failed(this.path, error);
      throw error;
    } finally {
      this.#writes -= 1;
      if (!this.#queue.isEmpty) this.#arm();
    }
    if (this.#onDrained !== undefined && this.#queue.isEmpty) await this.#end(this.#onDrained);
  }

  async #writeOldest(): Promise<void> {
    const endWatch = this.#context.options.clock.timer(STALL_MS, () => {
      this.#stalled = true;
    });
    try {
      this.#file ??= await SharedFile.open(this.path);
      await this.#appendOldest(this.#file);
    } finally {
      endWatch();
      this.#stalled = false;
    }
  }

  async #appendOldest(file: SharedFile): Promise<void> {
    const batch = this.#queue.shift();
    if (batch === undefined) return;
    let accepted = 0;
    try {
      const appended = await file.append(batch.bytes);
      accepted = appended.accepted;
      if (appended.unmended !== undefined) this.#context.account.failed(this.path, appended.unmended);
      if (appended.setAside !== undefined) this.#context.onSetAside(this.path, appended.setAside);
      if (accepted === 0) throw new Error("no room for a line");
    } finally {
      this.#settle(batch, accepted);
    }
  }

  /** Writes all that waits, and returns why if that was not possible. */
  #writeBlocking(): unknown {
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      let accepted = 0;
      try {
        accepted = appendAtOnce(this.path, batch.bytes);
        if (accepted < batch.bytes.length) throw new Error("no room for all lines");
      } catch (error) {
        return error;
      } finally {
        this.#settle(batch, accepted);
      }
    }
    return undefined;
  }

  /** Counts what was written of a batch, and puts the rest back. */
  #settle(batch: Batch, accepted: number): void {
    const bytes = batch.bytes.subarray(accepted);
    const lines = accepted === 0 ? batch.lines : countLines(bytes);
    this.#settled += batch.lines - lines;
    this.#context.account.written(this.#kind, batch.lines - lines, accepted);
    if (lines > 0) this.#queue.unshift({ bytes, lines });
  }

  #loseRest(why: unknown): void {
    let lines = 0;
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) lines += batch.lines;
    if (lines === 0) return;
    this.#settled += lines;
    this.#context.account.lost(this.path, lines, why);
  }

  async #end(onClosed: () => void): Promise<void> {
    this.#onDrained = undefined;
    await this.#file?.sync().catch((error: unknown) => this.#context.account.failed(this.path, error));
    await this.#closeFile();
    onClosed();
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch((error: unknown) => this.#context.account.failed(this.path, error));
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
