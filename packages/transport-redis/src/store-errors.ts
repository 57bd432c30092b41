import { AgentCommError, type Outcome } from "@agentcomm/protocol";

/** What to do about a server's refusal. In all of these cases nothing ran. */
export type Verdict =
  /** It passes: ask again after a while, on a new connection if `reset`. */
  | { readonly kind: "again"; readonly reset: boolean }
  | { readonly kind: "moved"; readonly address: string }
  /** Memory or disk is full. */
  | { readonly kind: "full" }
  | { readonly kind: "refused" };

const PASSING = new Set(["ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "BUSY", "NOREPLICAS", "INPROG"]);
/** The primary became a replica, or the login is no longer valid: a new connection finds the one, and takes the other anew. */
const RECONNECT = new Set(["READONLY", "NOAUTH", "UNBLOCKED"]);

export function judge(text: string): Verdict {
  const [kind = "", , address = ""] = text.split(" ");
  if (kind === "MOVED") return { kind: "moved", address };
  if (PASSING.has(kind)) return { kind: "again", reset: false };
  if (RECONNECT.has(kind)) return { kind: "again", reset: true };
  if (kind === "OOM" || kind === "MISCONF") return { kind: "full" };
  return { kind: "refused" };
}

export function connectionLost(outcome: Outcome, cause: Error | undefined): AgentCommError {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return new AgentCommError("CONNECTION_LOST", `Redis cannot be reached${why}`, { outcome, cause });
}

export function timedOut(outcome: Outcome): AgentCommError {
  const effect = outcome === "none" ? "nothing was stored" : "it may or may not have taken effect";
  return new AgentCommError("TIMEOUT", `Redis did not answer in time: ${effect}`, { outcome });
}

export function storageFull(outcome: Outcome, cause: Error): AgentCommError {
  return new AgentCommError("STORAGE_FULL", `Redis has no room left: ${cause.message}`, { outcome, cause });
}

export function storeFailed(outcome: Outcome, text: string): AgentCommError {
  // Rights are not granted by asking again.
  const retryable = !text.startsWith("NOPERM");
  return new AgentCommError("STORE_FAILED", `Redis refused: ${text}`, { outcome, retryable });
}

export function dataLost(what: string, details: Readonly<Record<string, unknown>>): AgentCommError {
  return new AgentCommError("DATA_LOST", what, { details });
}
