import { AgentCommError, type Durability } from "@agentcomm/protocol";
import type { Connection } from "./connection.js";

/** What a server says of itself, as far as this user may ask. */
export interface StoreFacts {
  readonly durability: Durability;
  readonly warnings: readonly string[];
  /** Set if it may lose messages on purpose, or cannot run the scripts. */
  readonly unsafe: AgentCommError | undefined;
}

/**
 * Asks a server how it keeps data. Evicting keys under memory pressure would drop messages and the numbers of batches that have
 * run, so any policy but noeviction is unsafe. Rejects only if the connection fails.
 */
export async function inspectStore(connection: Connection): Promise<StoreFacts> {
  const info = await ask(connection, "info", []);
  const config = await ask(connection, "config", ["GET", "maxmemory-policy"]);
  const fsync = await ask(connection, "config", ["GET", "appendfsync"]);
  const facts = new Map<string, string>();
  for (const line of String(info ?? "").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const policy = settingOf(config) ?? facts.get("maxmemory_policy");
  const warnings: string[] = [];
  if (policy === undefined) {
    warnings.push(
      "this user may ask neither INFO nor CONFIG GET: whether Redis evicts keys (maxmemory-policy) is unknown",
    );
  }
  const durability = durabilityOf(facts.get("aof_enabled"), settingOf(fsync));
  if (durability === "memory") {
    warnings.push(
      facts.has("aof_enabled")
        ? "Redis writes no append-only file: a restart loses messages. Set appendonly yes"
        : "this user may not ask INFO: how safely Redis keeps messages is unknown",
    );
  }
  return { durability, warnings, unsafe: unsafe(policy, facts.get("redis_version"), facts.get("valkey_version")) };
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
    throw error;
  }
}

/** CONFIG GET answers name and value. */
function settingOf(reply: unknown): string | undefined {
  return Array.isArray(reply) && reply.length > 1 ? String(reply[1]) : undefined;
}
