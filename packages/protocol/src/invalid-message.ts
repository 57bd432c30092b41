import { AgentCommError } from "./errors.js";

/** The error for a message, or a record's value, that breaks the format: names the field and what is wrong with it. */
export function invalidMessage(field: string, problem: string, cause?: unknown): AgentCommError {
  return new AgentCommError("INVALID_MESSAGE", `${field} ${problem}`, {
    outcome: "none",
    details: { field },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Runs what reads a caller's object: whatever a getter or proxy of it throws leaves as INVALID_MESSAGE. */
export function readingForeign<Result>(field: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (AgentCommError.is(error)) throw error;
    throw invalidMessage(field, "cannot be read: it is no object, or a getter or proxy of it threw", error);
  }
}
