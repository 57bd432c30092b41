import { AgentCommError, type TaskErrorContent } from "@agentcomm/protocol";
import { describe } from "@agentcomm/protocol/internal";

// An error must never make its own report too large to be sent.
const MOST_NAME = 128;
const MOST_MESSAGE = 4_096;
const MOST_STACK = 8_192;

/** What a handler threw, as it travels: whatever it is, null and objects that throw when they are read included. */
export function taskError(thrown: unknown): TaskErrorContent {
  const stack = text(() => (thrown as Error).stack, MOST_STACK);
  return {
    type: (AgentCommError.is(thrown) ? thrown.code : text(() => (thrown as Error).name, MOST_NAME)) ?? "Error",
    message: describe(thrown).slice(0, MOST_MESSAGE),
    retryable: read(() => (thrown as { retryable?: unknown }).retryable) !== false,
    ...(stack === undefined ? {} : { stack }),
  };
}

function text(get: () => unknown, most: number): string | undefined {
  const value = read(get);
  return typeof value === "string" && value !== "" ? value.slice(0, most) : undefined;
}

/** Null and undefined have no properties, and a getter or a proxy may throw: then there is nothing to tell. */
function read(get: () => unknown): unknown {
  try {
    return get();
  } catch {
    return undefined;
  }
}
