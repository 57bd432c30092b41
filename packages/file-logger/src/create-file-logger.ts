import { AgentCommError } from "@agentcomm/protocol";
import { checkNumber, describe, formatTimestamp, quote } from "@agentcomm/protocol/internal";
import { Account } from "./account.js";
import { DailyFiles } from "./daily-files.js";
import type { FileLogger, LogStats } from "./file-logger.js";
import { LogBook } from "./log-book.js";
import { logEvents } from "./log-events.js";
import type { ResolvedFileLoggingOptions } from "./options.js";
import { onProcessEnd } from "./process-end.js";
import { createRedaction } from "./redact.js";
import { deleteLogFiles, listLogFiles } from "./stored-files.js";
import { within } from "./within.js";

const DAY_MS = 86_400_000;

/** A logger that listens from now on. `onClosed` is called when it no longer does. */
export function createFileLogger(options: ResolvedFileLoggingOptions, onClosed: () => void): FileLogger {
  return new DiagnosticsFileLogger(options, onClosed);
}

class DiagnosticsFileLogger implements FileLogger {
  readonly #options: ResolvedFileLoggingOptions;
  readonly #account: Account;
  readonly #files: DailyFiles;
  readonly #book: LogBook;
  readonly #stopListening: () => void;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedFileLoggingOptions, onClosed: () => void) {
    const { baseDir, clock, includeBodies } = options;
    const account = new Account(clock, options.onError);
    const files = new DailyFiles({
      options,
      account,
      onSetAside: (path, { offset, bytes }) => {
        account.linesSetAside += 1;
        const details = { path, offset, text: bytes.toString() };
        book.error(
          undefined,
          "torn_line",
          "an unfinished line of a killed writer was taken out of a log file",
          details,
        );
      },
    });
    const book = new LogBook({ files, clock, includeBodies, redaction: createRedaction(options.redact) });
    const endEvents = logEvents(book, (error) => account.lost(baseDir, 1, error));
    const endWatch = onProcessEnd(
      () => void files.writeRest(),
      () => files.writeAtExit(),
    );
    this.#options = options;
    this.#account = account;
    this.#files = files;
    this.#book = book;
    this.#stopListening = () => {
      endEvents();
      endWatch();
      onClosed();
    };
  }

  get baseDir(): string {
    return this.#options.baseDir;
  }

  logAgentActivity(agentId: string, event: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.#checkTexts({ agentId, event });
    if (typeof data !== "object" || data === null) throw invalid("data", data, "give an object");
    this.#book.agent(agentId, event, this.#book.loggable(data));
  }

  logPerformanceMetric(agentId: string, metric: string, value: number, unit: string): void {
    this.#checkTexts({ agentId, metric, unit });
    this.#book.metric(agentId, metric, checkNumber("value", value, { min: -Number.MAX_VALUE }), unit);
  }

  logError(agentId: string, errorType: string, message: string, details?: unknown): void {
    this.#checkTexts({ agentId, errorType });
    if (typeof message !== "string") throw invalid("message", message, "give a text");
    this.#book.error(agentId, errorType, message, details);
  }

  async getLogStats(): Promise<LogStats> {
    const { baseDir } = this.#options;
    const { linesWritten, linesByKind, bytesWritten, linesLost, linesSetAside } = this.#account;
    const { linesWaiting } = this.#files;
    const logFiles = await listLogFiles(baseDir);
    const bytes = logFiles.reduce((sum, file) => sum + file.bytes, 0);
    const lines = {
      linesWritten,
      linesByKind: { ...linesByKind },
      bytesWritten,
      linesWaiting,
      linesLost,
      linesSetAside,
    };
    return { baseDir, logFiles, bytes, ...lines };
  }

  async cleanupOldLogs(daysToKeep = 30): Promise<number> {
    checkNumber("daysToKeep", daysToKeep, { min: 0, max: 36_500, integer: true });
    const { baseDir, clock } = this.#options;
    return deleteLogFiles(baseDir, formatTimestamp(clock.now() - daysToKeep * DAY_MS).slice(0, 10));
  }

  async flush(): Promise<void> {
    this.#checkOpen();
    try {
      await this.#withinTime(this.#files.flush());
    } catch (error) {
      if (AgentCommError.is(error)) throw error;
      throw new AgentCommError("LOG_FAILED", `the file log cannot be written: ${describe(error)}`, { cause: error });
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#stopListening();
    const { baseDir } = this.#options;
    const files = this.#files;
    const finish = async () => {
      await files.flush().catch((error: unknown) => this.#account.failed(baseDir, error));
      await files.close();
    };
    await this.#withinTime(finish()).catch((timeout: unknown) => {
      this.#account.lost(baseDir, files.linesWaiting, timeout);
    });
    this.#account.settle(baseDir);
  }

  #withinTime(work: Promise<void>): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    return within(work, timeoutMs, clock);
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) {
      throw new AgentCommError("CLOSED", "file logging has ended: enable it again with enableFileLogging");
    }
  }

  #checkTexts(texts: Readonly<Record<string, unknown>>): void {
    this.#checkOpen();
    for (const [name, value] of Object.entries(texts)) {
      if (typeof value !== "string" || value === "") throw invalid(name, value, "give a text that is not empty");
    }
  }
}

function invalid(option: string, value: unknown, fix: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${option} is ${quote(value)}: ${fix}`, { details: { option } });
}
