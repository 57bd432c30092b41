import { execFile } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import { promisify } from "node:util";
import { findServerProgram } from "@agentcomm/test-redis";

const run = promisify(execFile);

/** What results were measured on. */
export interface Machine {
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly store: string;
}

export async function describeMachine(): Promise<Machine> {
  const { stdout } = await run(findServerProgram(), ["--version"]);
  const [, name = "Redis", version = "?"] = /^(\w+) server v=(\S+)/.exec(stdout) ?? [];
  return {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    // Without what a distribution adds to its number.
    system: `${type()} ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
    node: process.version,
    store: `${name} ${version}`,
  };
}
