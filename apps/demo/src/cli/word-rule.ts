import { execFileSync } from "node:child_process";
import type { WordRule } from "../review/byte-counts.js";

/**
 * Whose words `wc -w` would count here. What a locale's name promises holds only where it is installed, so the system is
 * asked; the name decides where there is nobody to ask.
 */
export function wordRuleOf(env: Readonly<Record<string, string | undefined>>): WordRule {
  return /utf-?8/i.test(charmap(env) ?? (env.LC_ALL || env.LC_CTYPE || env.LANG || "")) ? "utf-8" : "posix";
}

function charmap(env: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    const answer = execFileSync("locale", ["charmap"], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return answer.trim();
  } catch {
    return undefined;
  }
}
