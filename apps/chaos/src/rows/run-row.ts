import { openScene, type SceneOptions } from "../scene/scene.js";
import { missingNeed } from "./needs.js";
import type { Check, Row, RowOutcome } from "./row.js";

/** What came out of a row: as docs/reliability.json keeps it. */
export interface RowResult {
  readonly row: string;
  readonly title: string;
  readonly invariant: string;
  readonly seed: number;
  readonly scale: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly verdict: "holds" | "fails" | "limit" | "not run";
  /** Why it was not run, or what broke the row itself. */
  readonly reason?: string;
  readonly load?: string;
  readonly faults?: Readonly<Record<string, number>>;
  readonly lost?: number | null;
  readonly duplicates?: number | null;
  readonly worstRecoveryMs?: number | null;
  readonly limit?: string;
  readonly checks?: readonly Check[];
}

/** How long a row may take before it is given up, at scale 1 or less. */
const PATIENCE_MS = 15 * 60_000;

/** Runs one row. Rejects only with the reason of `signal`: a row that breaks has failed, and says why. */
export async function runRow(row: Row, options: SceneOptions): Promise<RowResult> {
  const { id, title, invariant } = row;
  const start = performance.now();
  const facts = { row: id, title, invariant, seed: options.seed, scale: options.scale };
  const startedAt = new Date().toISOString();
  const seconds = () => Math.round((performance.now() - start) / 100) / 10;
  const reason = await missingNeed(row.needs ?? []);
  if (reason !== undefined) return { ...facts, startedAt, seconds: seconds(), verdict: "not run", reason };
  const patience = AbortSignal.timeout(PATIENCE_MS * Math.max(options.scale, 1));
  try {
    await using scene = await openScene({ ...options, signal: AbortSignal.any([options.signal, patience]) });
    // A row that waits for what never comes is given up, too.
    const outcome = await scene.until(row.run(scene));
    options.signal.throwIfAborted();
    return { ...facts, startedAt, seconds: seconds(), verdict: judge(outcome), faults: scene.faults, ...outcome };
  } catch (error) {
    options.signal.throwIfAborted();
    const broken = patience.aborted ? `given up after ${PATIENCE_MS / 60_000} minutes` : describe(error);
    return { ...facts, startedAt, seconds: seconds(), verdict: "fails", reason: broken };
  }
}

function judge({ checks, limit }: RowOutcome): RowResult["verdict"] {
  if (checks.length === 0 || checks.some(({ holds }) => !holds)) return "fails";
  return limit === undefined ? "holds" : "limit";
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
