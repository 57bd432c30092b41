import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { COMMUNICATION_MODES, type CommunicationMode, settingsFromEnv } from "@agentcomm/protocol";
import { UserError } from "./user-error.js";

/** What the caller wants. All paths are absolute. */
export interface DemoOptions {
  readonly directory: string;
  readonly transport: CommunicationMode;
  /** Used by the Redis transport only. */
  readonly redisUrl: string;
  readonly processes: boolean;
  readonly kill: boolean;
  readonly all: boolean;
  readonly json: boolean;
  /** Where report.md and report.json go. */
  readonly out: string;
  /** Whether `out` is the folder that the demo makes when it is not told another one. */
  readonly outIsDefault: boolean;
  readonly logDir?: string;
  /** From AGENT_DEFAULT_TIMEOUT and AGENT_MAX_RETRIES. */
  readonly attemptTimeoutMs: number;
  readonly maxRetries: number;
}

/** Where options come from. */
export interface OptionSources {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly callerFolder: string;
}

/** Where the report goes unless `--out` says otherwise, within the caller's folder. */
export const DEFAULT_OUT = "agentcomm-report";

const DEFAULT_REDIS_URL = "redis://127.0.0.1:6379";
const REPOSITORY = fileURLToPath(new URL("../../../../", import.meta.url));

/** Reads the command line, then the environment, then the defaults. "help": that is what was asked for. Throws a UserError. */
export function parseOptions({ argv, env, callerFolder }: OptionSources): DemoOptions | "help" {
  const { values, positionals } = read(argv);
  if (values.help === true) return "help";
  const [directory, another] = positionals;
  if (another !== undefined) {
    throw new UserError(`One directory, please: "${directory}" and "${another}" are two. See --help.`);
  }
  if (directory === "") throw new UserError("The directory is an empty string. See --help.");

  const settings = settingsFromEnv(env);
  const transport = modeOf(values.transport) ?? settings.mode;
  const redisUrl = checkRedisUrl(values["redis-url"]) ?? settings.redisUrl ?? DEFAULT_REDIS_URL;
  if (transport === "memory" && values["redis-url"] !== undefined) {
    throw new UserError("--redis-url says where Redis is, but the transport is memory: add --transport redis.");
  }
  const processes = values.processes === true;
  if (transport === "memory" && processes) {
    throw new UserError(
      "--processes puts each agent into a process of its own, and the memory transport ends at the process: add --transport redis.",
    );
  }
  const logDir = pathOf("--log-dir", values["log-dir"]) ?? settings.logDir;
  return {
    directory: resolve(callerFolder, directory ?? REPOSITORY),
    transport,
    redisUrl,
    processes,
    kill: values.kill === true,
    all: values.all === true,
    json: values.json === true,
    out: resolve(callerFolder, pathOf("--out", values.out) ?? DEFAULT_OUT),
    outIsDefault: values.out === undefined,
    ...(logDir === undefined ? {} : { logDir: resolve(callerFolder, logDir) }),
    attemptTimeoutMs: settings.attemptTimeoutMs,
    maxRetries: settings.maxRetries,
  };
}

function read(argv: readonly string[]) {
  // `pnpm demo -- --kill` hands the dashes on: they end nothing when nothing came before them.
  const args = argv[0] === "--" ? argv.slice(1) : [...argv];
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        all: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        json: { type: "boolean" },
        kill: { type: "boolean" },
        "log-dir": { type: "string" },
        out: { type: "string" },
        processes: { type: "boolean" },
        "redis-url": { type: "string" },
        transport: { type: "string" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's message goes on with advice about options that are none; its first sentence says it all.
    const [sentence] = error.message.split(/[.] |\n/);
    throw new UserError(`${sentence?.replace(/[.]$/, "")}. See --help.`);
  }
}

function modeOf(value: string | undefined): CommunicationMode | undefined {
  if (value === undefined) return undefined;
  const mode = COMMUNICATION_MODES.find((known) => known === value);
  if (mode === undefined) throw new UserError(`--transport is "${value}": use ${COMMUNICATION_MODES.join(" or ")}.`);
  return mode;
}

function checkRedisUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const protocol = URL.canParse(value) ? new URL(value).protocol : "";
  // The value is not shown: it may hold a password.
  if (protocol === "redis:" || protocol === "rediss:") return value;
  throw new UserError("--redis-url is no Redis address: use redis://host:port, or rediss:// for TLS.");
}

function pathOf(option: string, value: string | undefined): string | undefined {
  if (value === "") throw new UserError(`${option} is an empty string: give the path of a folder.`);
  return value;
}
