import { AgentCommError, type Outcome } from "@agentcomm/protocol";
import type { Unconfirmed } from "./replicated-scripts.js";

/** What to do about a server's refusal. In all of these cases nothing ran. */
export type Verdict =
  /** It passes: ask again after a while, on a new connection if `reset`. */
  | { readonly kind: "again"; readonly reset: boolean }
  | { readonly kind: "moved"; readonly address: string }
  /** Memory or disk is full. */
  | { readonly kind: "full" }
  | { readonly kind: "refused" };

interface Passing {
  /** What it means to those who use the transport: how a server talks to its clients is no concern of theirs. */
  readonly means: string;
  /** A new connection finds the new primary, or takes the login anew. */
  readonly reset?: true;
}

const BECAME_REPLICA: Passing = { means: "the server is no longer the primary", reset: true };
const BEING_MOVED: Passing = { means: "the shard is being moved to another node" };

/** Refusals that pass by themselves, by the first word of their text. */
const PASSING: ReadonlyMap<string, Passing> = new Map([
  ["READONLY", BECAME_REPLICA],
  ["UNBLOCKED", BECAME_REPLICA],
  ["NOAUTH", { means: "the login is no longer valid", reset: true }],
  ["ASK", BEING_MOVED],
  ["TRYAGAIN", BEING_MOVED],
  ["CLUSTERDOWN", { means: "the Cluster does not serve the shard at the moment" }],
  ["LOADING", { means: "the server is still reading its data" }],
  ["MASTERDOWN", { means: "the server is a replica that has lost its primary" }],
  ["BUSY", { means: "the server is busy with a script" }],
  ["NOREPLICAS", { means: "the primary has fewer replicas than it must have (min-replicas-to-write)" }],
  ["INPROG", { means: "a failover is under way" }],
]);

export function judge(text: string): Verdict {
  const [kind = "", , address = ""] = text.split(" ");
  if (kind === "MOVED") return { kind: "moved", address };
  const passing = PASSING.get(kind);
  if (passing !== undefined) return { kind: "again", reset: passing.reset === true };
  if (kind === "OOM" || kind === "MISCONF") return { kind: "full" };
  return { kind: "refused" };
}

export function connectionLost(outcome: Outcome, cause: Error | undefined): AgentCommError {
  const why = cause === undefined ? "" : `: ${meaningOf(cause.message)}`;
  return new AgentCommError("CONNECTION_LOST", `Redis cannot be reached${why}`, { outcome, cause });
}

function meaningOf(text: string): string {
  const [kind = ""] = text.split(" ");
  if (kind === "MOVED") return "the shard has moved to another node";
  return PASSING.get(kind)?.means ?? text;
}

export function timedOut(outcome: Outcome): AgentCommError {
  const effect = outcome === "none" ? "nothing was stored" : "it may or may not have taken effect";
  return new AgentCommError("TIMEOUT", `Redis did not answer in time: ${effect}`, { outcome });
}

/** The primary has it, and as many replicas as were asked for do not. */
export function notReplicated(cause: Unconfirmed): AgentCommError {
  const { confirmed, replicas } = cause;
  const what =
    `only ${confirmed} of ${replicas} replicas confirmed in time: what was asked for is done on the primary, and would be undone ` +
    "if that were lost now. Bring the replicas back (see health().warnings), and repeat a send with the same idempotencyKey";
  return new AgentCommError("TIMEOUT", what, { outcome: "unknown", details: { confirmed, replicas }, cause });
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
