import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus, release, totalmem, type } from "node:os";
import { promisify } from "node:util";
import { findServerProgram } from "@agentcomm/test-redis";

const run = promisify(execFile);
const PEERS = ["ioredis", "bullmq", "moleculer", "@nats-io/jetstream", "fastq", "zod"] as const;

/** What results were measured on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly store: string;
  /** Versions by package. */
  readonly peers: Readonly<Record<string, string>>;
}

export async function describeMachine(): Promise<Machine> {
  const { stdout } = await run(findServerProgram(), ["--version"]);
  const [, name = "Redis", version = "?"] = /^(\w+) server v=(\S+)/.exec(stdout) ?? [];
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // Without what a distribution adds to its number.
    system: `${type()} ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
    node: process.version,
    store: `${name} ${version}`,
    peers: Object.fromEntries(await Promise.all(PEERS.map(async (peer) => [peer, await versionOf(peer)]))),
  };
}

/** From the package's own folder: not every package lets its package.json be imported. */
async function versionOf(name: string): Promise<string> {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const path of paths) {
    const text = await readFile(`${path}/${name}/package.json`, "utf8").catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  throw new Error(`${name} is not installed`);
}
