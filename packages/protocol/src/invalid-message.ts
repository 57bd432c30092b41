import { AgentCommError } from "./errors.js";

/** The error for a message, or a record's value, that breaks the format: names the field and what is wrong with it. */
export function invalidMessage(field: string, problem: string, cause?: unknown): AgentCommError {
  return new AgentCommError("INVALID_MESSAGE", `${field} ${problem}`, {
    outcome: "none",
    details: { field },
    ...(cause === undefined ? {} : { cause }),
  });
}
