import { AgentCommError, type Durability } from "@agentcomm/protocol";
import type { Connection } from "./connection.js";

/** What a server says of itself, as far as this user may ask. */
export interface StoreFacts {
  readonly durability: Durability;
  readonly warnings: readonly string[];
  /** Set if it may lose messages on purpose, or cannot run the scripts. */
  readonly unsafe: AgentCommError | undefined;
}

/** Where in its answer to INFO a primary tells of a replica. */
const REPLICA = /^slave\d+$/;
/** A replica tells once a second how far it has come. */
const SILENT_S = 3;

/**
 * Asks a server how it keeps data. Evicting keys under memory pressure would drop messages and the numbers of batches that have
 * run, so any policy but noeviction is unsafe; so is a user who may not WAIT for the replicas that are to confirm. Rejects only
 * if the connection fails.
 */
export async function inspectStore(connection: Connection, replicas: number): Promise<StoreFacts> {
  const facts = readInfo(await ask(connection, "info", []));
  const config = await ask(connection, "config", ["GET", "maxmemory-policy"]);
  const fsync = await ask(connection, "config", ["GET", "appendfsync"]);
  const mayWait = replicas === 0 || (await ask(connection, "wait", ["0", "0"])) !== undefined;
  const policy = settingOf(config) ?? facts.get("maxmemory_policy");
  const warnings: string[] = [];
  if (policy === undefined) {
    warnings.push(
      "this user may ask neither INFO nor CONFIG GET: whether Redis evicts keys (maxmemory-policy) is unknown",
    );
  }
  const onDisk = durabilityOf(facts.get("aof_enabled"), settingOf(fsync));
  if (onDisk === "memory") {
    warnings.push(
      facts.has("aof_enabled")
        ? "Redis writes no append-only file: a restart loses messages. Set appendonly yes"
        : "this user may not ask INFO: how safely Redis keeps messages is unknown",
    );
  }
  return {
    // Whatever the disk does: what no replica has is not reported as done.
    durability: replicas > 0 ? `replicated(${replicas})` : onDisk,
    warnings,
    unsafe: mayWait ? unsafe(policy, facts.get("redis_version"), facts.get("valkey_version")) : waitRefused(replicas),
  };
}

/** What people should know of the replicas that are to confirm: now, not when the server was inspected. */
export async function watchReplicas(connection: Connection, replicas: number): Promise<readonly string[]> {
  const facts = readInfo(await ask(connection, "info", ["replication"]));
  if (facts.size === 0) return ["this user may not ask INFO: how many replicas are connected is unknown"];
  let connected = 0;
  for (const [name, state] of facts) {
    const lag = Number(/lag=(\d+)/.exec(state)?.[1]);
    if (REPLICA.test(name) && state.includes("state=online") && lag < SILENT_S) connected += 1;
  }
  if (connected >= replicas) return [];
  const what = `only ${connected} of the ${replicas} replicas that must confirm are connected`;
  return [`${what}: sends, acks and writes of records end with TIMEOUT until they are back`];
}

/** Its lines, by their names. */
function readInfo(info: unknown): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of String(info ?? "").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return facts;
}

function waitRefused(replicas: number): AgentCommError {
  const what = `this user may not run WAIT, so that no replica can confirm anything: grant +wait, or set replicas to 0`;
  return refuse(what, { setting: "replicas", value: replicas });
}

function unsafe(policy: string | undefined, redis: string | undefined, valkey: string | undefined) {
  if (valkey === undefined && redis !== undefined && Number.parseInt(redis, 10) < 7) {
    return refuse(`Redis ${redis} is too old: use 7.0 or newer`, { version: redis });
  }
  if (policy === undefined || policy === "noeviction") return undefined;
  const what = `maxmemory-policy is ${policy}: Redis would drop messages when memory is full. Set it to noeviction`;
  return refuse(what, { setting: "maxmemory-policy", value: policy });
}

function refuse(what: string, details: Readonly<Record<string, unknown>>): AgentCommError {
  return new AgentCommError("UNSAFE_CONFIGURATION", what, { outcome: "none", details });
}

function durabilityOf(appendOnly: string | undefined, fsync: string | undefined): Durability {
  if (appendOnly !== "1") return "memory";
  return fsync === "always" ? "fsync" : "disk";
}

/** The answer, or undefined if the user may not ask. */
async function ask(connection: Connection, name: string, args: readonly string[]): Promise<unknown> {
  try {
    return await connection.send(name, args);
  } catch (error) {
    if ((error as Error).message.startsWith("NOPERM")) return undefined;
    // A replica, which becomes or follows a primary in a moment: it refuses scripts as well.
    if (name === "wait" && (error as Error).message.startsWith("ERR")) return "";
    throw error;
  }
}

/** CONFIG GET answers name and value. */
function settingOf(reply: unknown): string | undefined {
  return Array.isArray(reply) && reply.length > 1 ? String(reply[1]) : undefined;
}
