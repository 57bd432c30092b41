import { publishDiagnostics } from "./diagnostics.js";
import { AgentCommError, type ErrorCode, type Outcome } from "./errors.js";
import { quote } from "./quote.js";

/** Tells of a failure in the background. */
export type ReportTrouble = (error: AgentCommError, about?: { readonly agentId?: string }) => void;

/**
 * Where failures in the background go: the diagnostics channel `agentcomm:trouble`, and `onError`, by default a process
 * warning. An `onError` that throws is itself warned of: nothing is swallowed.
 */
export function createTroubleReporter(
  onError: ((error: AgentCommError) => void) | undefined,
  transport?: string,
): ReportTrouble {
  return (error, about) => {
    publishDiagnostics("trouble", () => ({ error, ...about, ...(transport === undefined ? {} : { transport }) }));
    if (onError === undefined) return warn(error);
    callForeign(
      () => onError(error),
      (thrown) => {
        warn(error);
        warn(new AgentCommError("HANDLER_FAILED", `onError threw: ${describe(thrown)}`, { cause: thrown }));
      },
    );
  };
}

/** Calls a function of the user's that nobody awaits. `failed` gets what it throws, at once or, if it is async, later. */
export function callForeign(call: () => unknown, failed: (thrown: unknown) => void): void {
  try {
    const returned = call();
    if (returned !== undefined) Promise.resolve(returned).catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}

function warn(error: AgentCommError): void {
  process.emitWarning(error.message, { type: "AgentCommWarning", code: error.code });
}

/** A thrown value, in words: handlers may throw anything, null included. */
export function describe(thrown: unknown): string {
  try {
    const isError = thrown instanceof Error;
    const text = String(isError && thrown.message === "" ? thrown.name : isError ? thrown.message : thrown);
    // The text of an empty array, for one.
    return text === "" ? quote(thrown) : text;
  } catch {
    return "a value that cannot be shown";
  }
}

/** Makes any thrown value an AgentCommError: one that is passes unchanged, any other becomes the cause of `code`. */
export function toAgentCommError(thrown: unknown, code: ErrorCode, what: string, outcome?: Outcome): AgentCommError {
  if (AgentCommError.is(thrown)) return thrown;
  return new AgentCommError(code, `${what}: ${describe(thrown)}`, {
    cause: thrown,
    ...(outcome === undefined ? {} : { outcome }),
  });
}
