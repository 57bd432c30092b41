import { AgentCommError, ERROR_CODES, type ErrorCode } from "@agentcomm/protocol";

/** Throws unless what was thrown is an AgentCommError of the table, of one of the codes if any are named, and fit to be logged. */
export function expectAgentCommError(thrown: unknown, what: string, codes?: readonly ErrorCode[]): AgentCommError {
  if (!AgentCommError.is(thrown)) throw new Error(`${what}: what was thrown is no AgentCommError`, { cause: thrown });
  const { code, message, retryable, outcome } = thrown;
  if (!Object.hasOwn(ERROR_CODES, code)) throw new Error(`${what}: the code ${code} is not in the table`);
  if (codes !== undefined && !codes.includes(code))
    throw new Error(`${what}: ${code} is not one of ${codes}: ${message}`);
  if (typeof retryable !== "boolean") throw new Error(`${what}: retryable is ${String(retryable)}`);
  if (outcome !== undefined && outcome !== "none" && outcome !== "unknown")
    throw new Error(`${what}: outcome ${outcome}`);
  if (typeof message !== "string" || message === "") throw new Error(`${what}: the error says nothing`);
  return thrown;
}
