import { resolve } from "node:path";
import { AgentCommError, type Clock, systemClock } from "@agentcomm/protocol";
import { checkClock, checkNumber, checkTexts, quote, readOptions } from "@agentcomm/protocol/internal";

/** What `enableFileLogging` takes. */
export interface FileLoggingOptions {
  /** The folder that gets one folder a day. Created when the first line is written; a relative path is resolved at once. */
  readonly baseDir: string;
  /**
   * Whether the content of messages is logged, redacted, as `content` in `message_audit`.
   * @default false
   */
  readonly includeBodies?: boolean;
  /**
   * Keys whose values are replaced by `[redacted]`, at any depth, besides the usual ones (password, token, authorization,
   * api_key, secret, cookie, …). Case, `_` and `-` make no difference. `false` redacts nothing at all.
   * @default []
   */
  readonly redact?: readonly string[] | false;
  /**
   * How much may wait in memory for the disk, per kind of log; counted in characters, of which nearly all take one byte.
   * What comes on top is dropped, counted and reported: the oldest lines are kept, since they tell how the trouble began.
   * @default 8,388,608 (8 MiB)
   */
  readonly maxBufferBytes?: number;
  /**
   * How long a line may wait before it is written, together with the others of that time.
   * @default 10
   */
  readonly flushIntervalMs?: number;
  /**
   * How long `flush` and `close` wait for the disk.
   * @default 5,000
   */
  readonly timeoutMs?: number;
  /**
   * Told with LOG_FAILED when lines cannot be written: at the first failure, then at most once a minute.
   * @default process.emitWarning
   */
  readonly onError?: (error: AgentCommError) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Every option, filled in. */
export interface ResolvedFileLoggingOptions {
  readonly baseDir: string;
  readonly includeBodies: boolean;
  readonly redact: readonly string[] | false;
  readonly maxBufferBytes: number;
  readonly flushIntervalMs: number;
  readonly timeoutMs: number;
  readonly onError: FileLoggingOptions["onError"];
  readonly clock: Clock;
}

/** Fills in the defaults. Throws INVALID_OPTIONS, naming option and fix, when one is wrong. */
export function resolveFileLoggingOptions(given: FileLoggingOptions): ResolvedFileLoggingOptions {
  const options = readOptions(given);
  const { baseDir, includeBodies = false, redact = [], onError, clock = systemClock } = options;
  if (typeof baseDir !== "string" || baseDir === "" || baseDir.includes("\0")) {
    throw invalid("baseDir", baseDir, "give the path of a folder");
  }
  if (typeof includeBodies !== "boolean") throw invalid("includeBodies", includeBodies, "give true or false");
  const keys = redact === false ? false : checkTexts("redact", redact);
  if (keys !== false && keys.includes("")) throw invalid("redact", "", "give an array of key names, or false");
  if (onError !== undefined && typeof onError !== "function") throw invalid("onError", onError, "give a function");
  return {
    baseDir: resolve(baseDir),
    includeBodies,
    redact: keys,
    maxBufferBytes: checkNumber("maxBufferBytes", options.maxBufferBytes ?? 8 * 1024 * 1024, {
      min: 1_024,
      max: 2 ** 30,
      integer: true,
    }),
    flushIntervalMs: checkNumber("flushIntervalMs", options.flushIntervalMs ?? 10, { min: 0, max: 60_000 }),
    timeoutMs: checkNumber("timeoutMs", options.timeoutMs ?? 5_000, { min: 1, max: 3_600_000 }),
    onError,
    clock: checkClock(clock),
  };
}

function invalid(option: string, value: unknown, fix: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${option} is ${quote(value)}: ${fix}`, { details: { option } });
}
