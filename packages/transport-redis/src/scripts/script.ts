import { createHash } from "node:crypto";

/** A Lua script: run by its digest, and by its text where the server does not know it yet. */
export interface Script {
  readonly name: string;
  readonly text: string;
  /** SHA-1 of the text, as EVALSHA takes it. */
  readonly sha: string;
}

/**
 * `allow-oom`: runs when the server's memory is full, so that draining goes on. `no-writes`: runs when writes are refused.
 * None: refused in both cases before it has done anything.
 */
export type ScriptFlag = "allow-oom" | "no-writes";

/**
 * Puts a script together from its parts. The first line (Redis 7) makes the server check the flags before it runs anything,
 * so that a script is refused as a whole or runs as a whole.
 */
export function defineScript(name: string, flag: ScriptFlag | undefined, ...parts: readonly string[]): Script {
  const text = [`#!lua flags=${flag ?? ""}`, ...parts].join("\n");
  return { name, text, sha: createHash("sha1").update(text).digest("hex") };
}
