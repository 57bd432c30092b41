import { AgentCommError, type Clock } from "@agentcomm/protocol";
import { createTroubleReporter, describe, type ReportTrouble } from "@agentcomm/protocol/internal";
import { LOG_KINDS, type LogKind } from "./log-kinds.js";

const REPORT_EVERY_MS = 60_000;

/** What became of the lines of one logger, and the one who tells when that is nothing good. */
export class Account {
  readonly linesByKind: Record<LogKind, number>;
  bytesWritten = 0;
  linesLost = 0;
  linesSetAside = 0;
  readonly #clock: Clock;
  readonly #report: ReportTrouble;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #lossesTold = 0;

  constructor(clock: Clock, onError: ((error: AgentCommError) => void) | undefined) {
    this.#clock = clock;
    this.#report = createTroubleReporter(onError);
    this.linesByKind = Object.fromEntries(LOG_KINDS.map((kind) => [kind, 0])) as Record<LogKind, number>;
  }

  get linesWritten(): number {
    return LOG_KINDS.reduce((sum, kind) => sum + this.linesByKind[kind], 0);
  }

  written(kind: LogKind, lines: number, bytes: number): void {
    this.linesByKind[kind] += lines;
    this.bytesWritten += bytes;
  }

  /** Lines that will never be written. */
  lost(path: string, lines: number, why: unknown): void {
    this.linesLost += lines;
    this.failed(path, why);
  }

  /** Reports a failure: the first at once, then one a minute, for a full disk fails a hundred times a second. */
  failed(path: string, why: unknown): void {
    if (this.#clock.monotonic() - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#tell(path, why);
  }

  /** Reports losses that the limit of one report a minute has kept back: the logger closes. */
  settle(path: string): void {
    if (this.linesLost > this.#lossesTold) this.#tell(path, "file logging ended");
  }

  #tell(path: string, why: unknown): void {
    // First, for the report is itself an event which is logged, and may fail as well.
    this.#reportedAt = this.#clock.monotonic();
    this.#lossesTold = this.linesLost;
    const lost = this.linesLost === 0 ? "" : `; ${this.linesLost} lines are lost so far`;
    const details = { path, linesLost: this.linesLost };
    this.#report(
      new AgentCommError("LOG_FAILED", `the file log ${path} cannot be written: ${describe(why)}${lost}`, {
        details,
        ...(why instanceof Error ? { cause: why } : {}),
      }),
    );
  }
}
