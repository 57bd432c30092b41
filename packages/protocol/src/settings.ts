import { checkNumber } from "./check-number.js";
import { checkText, readingOptions, readOptions } from "./check-options.js";
import { invalidOption } from "./invalid-option.js";
import { quote } from "./quote.js";
import type { Transport } from "./transport.js";

/** The transports that settings can name. */
export const COMMUNICATION_MODES = ["memory", "redis"] as const;

/** A transport that settings can name. */
export type CommunicationMode = (typeof COMMUNICATION_MODES)[number];

/** What the environment says. */
export interface Settings {
  /** AGENT_COMMUNICATION_MODE: "memory", also spelled "mock", or "redis". Default: "memory". */
  readonly mode: CommunicationMode;
  /** REDIS_URL, `redis://` or `rediss://`. Absent: the Redis transport's own default. */
  readonly redisUrl?: string;
  /** AGENT_DEFAULT_TIMEOUT, there in seconds: how long one attempt at a task may take. Default: 300,000. */
  readonly attemptTimeoutMs: number;
  /** AGENT_MAX_RETRIES: how often a task is tried again. Default: 3. */
  readonly maxRetries: number;
  /** AGENT_HEARTBEAT_INTERVAL, there in seconds. Default: 30,000. */
  readonly heartbeatIntervalMs: number;
  /** AGENT_LOG_DIR: where the file log goes. Absent: no file log. */
  readonly logDir?: string;
}

const LONGEST_SECONDS = 30 * 86_400;

/**
 * Reads the settings from environment variables, `process.env` for one. An empty variable counts as unset. Throws
 * INVALID_OPTIONS, naming the variable, if one has a value that is not allowed.
 */
export function settingsFromEnv(environment: Readonly<Record<string, string | undefined>>): Settings {
  if (environment === undefined) throw invalidOption("env", "is undefined: give process.env, or the like of it");
  const env = readOptions(environment, "env");
  const redisUrl = read(env, "REDIS_URL");
  if (redisUrl !== undefined) checkRedisUrl(redisUrl);
  const logDir = read(env, "AGENT_LOG_DIR");
  return {
    mode: modeOf(read(env, "AGENT_COMMUNICATION_MODE")),
    ...(redisUrl === undefined ? {} : { redisUrl }),
    attemptTimeoutMs: readMs(env, "AGENT_DEFAULT_TIMEOUT", 300),
    maxRetries: checkNumber("AGENT_MAX_RETRIES", readNumber(env, "AGENT_MAX_RETRIES") ?? 3, {
      min: 0,
      max: 1_000,
      integer: true,
    }),
    heartbeatIntervalMs: readMs(env, "AGENT_HEARTBEAT_INTERVAL", 30),
    ...(logDir === undefined ? {} : { logDir }),
  };
}

/**
 * Makes the transport that the settings name, by the function given for it. The caller closes it. Throws INVALID_OPTIONS
 * if there is no function for it, and whatever the function throws.
 */
export function transportFromSettings<Made extends Transport | Promise<Transport>>(
  settings: Settings,
  makers: { readonly memory: (settings: Settings) => Made; readonly redis: (settings: Settings) => Made },
): Made {
  const make = readingOptions("settings", () => {
    const { mode } = settings;
    // Not by makers[mode]: of a "constructor" too there is a function, and a key that is an object may throw.
    const known = COMMUNICATION_MODES.find((each) => each === mode);
    const maker = known === undefined ? undefined : makers[known];
    if (typeof maker === "function") return maker;
    throw invalidOption("settings.mode", `is ${quote(mode)}, and no function makes such a transport`);
  });
  return make(settings);
}

function read(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const value = env[name];
  return value === undefined || checkText(name, value) === "" ? undefined : value;
}

function modeOf(value = "memory"): CommunicationMode {
  if (value === "mock") return "memory";
  const mode = COMMUNICATION_MODES.find((known) => known === value);
  if (mode !== undefined) return mode;
  throw invalidOption("AGENT_COMMUNICATION_MODE", `is ${quote(value)}: use "memory" (also spelled "mock") or "redis"`);
}

function readNumber(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const value = read(env, name);
  if (value === undefined) return undefined;
  if (/^\d{1,15}(?:\.\d{1,15})?$/.test(value)) return Number(value);
  throw invalidOption(name, `is ${quote(value)}: give a number in plain digits`);
}

function readMs(env: Readonly<Record<string, string | undefined>>, name: string, defaultSeconds: number): number {
  const seconds = readNumber(env, name) ?? defaultSeconds;
  return Math.round(checkNumber(`${name} (seconds)`, seconds, { min: 0.001, max: LONGEST_SECONDS }) * 1000);
}

function checkRedisUrl(value: string): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === "redis:" || url?.protocol === "rediss:") return;
  // The value is not shown: it may hold a password.
  throw invalidOption("REDIS_URL", "is no Redis address: use redis://host:port, or rediss:// for TLS");
}
