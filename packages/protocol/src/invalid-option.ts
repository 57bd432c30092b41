import { AgentCommError } from "./errors.js";

/** The error for an option, argument or environment variable whose value is not allowed: names it, and says what is. */
export function invalidOption(option: string, problem: string): AgentCommError {
  return new AgentCommError("INVALID_OPTIONS", `${option} ${problem}`, { outcome: "none", details: { option } });
}
