import { formatTimestamp } from "@agentcomm/protocol/internal";
import { LogFile, type LogFileContext } from "./log-file.js";
import { type LogKind, logFilePath } from "./log-kinds.js";

const DAY_MS = 86_400_000;

/** The files of the present day (UTC), opened as lines come; those of the day before, until they are written out. */
export class DailyFiles {
  readonly #context: LogFileContext;
  readonly #today = new Map<LogKind, LogFile>();
  readonly #retired = new Set<LogFile>();
  #dayStart = Number.NaN;

  constructor(context: LogFileContext) {
    this.#context = context;
  }

  get linesWaiting(): number {
    return this.#all().reduce((sum, file) => sum + file.linesWaiting, 0);
  }

  /** Takes a complete line that was made at `at`, which decides about the day. */
  append(kind: LogKind, line: string, at: number): void {
    // Also true at first, and when the clock was set back to another day.
    if (!(at >= this.#dayStart && at < this.#dayStart + DAY_MS)) this.#rollOver(at);
    let file = this.#today.get(kind);
    if (file === undefined) {
      const day = formatTimestamp(this.#dayStart).slice(0, 10);
      file = new LogFile(kind, logFilePath(this.#context.options.baseDir, kind, day), this.#context);
      this.#today.set(kind, file);
    }
    file.append(line);
  }

  /** Resolves once all lines appended before are on the disk. Rejects if some are not, after every file was tried. */
  async flush(): Promise<void> {
    const results = await Promise.allSettled(this.#all().map((file) => file.flush()));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Writes what waits, except to files that refuse it already: a process must not stay alive for a full disk. */
  async writeRest(): Promise<void> {
    const files = this.#all().filter((file) => file.linesWaiting > 0 && !file.isFailing);
    await Promise.allSettled(files.map((file) => file.write()));
  }

  /** Closes every file. What still waits is lost. */
  async close(): Promise<void> {
    await Promise.all(this.#all().map((file) => file.close()));
  }

  writeAtExit(): void {
    for (const file of this.#all()) file.writeAtExit();
  }

  #all(): LogFile[] {
    return [...this.#retired, ...this.#today.values()];
  }

  #rollOver(at: number): void {
    for (const file of this.#today.values()) {
      this.#retired.add(file);
      file.retire(() => this.#retired.delete(file));
    }
    this.#today.clear();
    this.#dayStart = Math.floor(at / DAY_MS) * DAY_MS;
  }
}
