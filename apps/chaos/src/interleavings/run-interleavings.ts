import { playRegistrations } from "./registry-scenario.js";
import { Stage } from "./stage.js";
import { playTasks } from "./tasks-scenario.js";

/** What a run of interleavings takes. */
export interface InterleavingOptions {
  /** How many seeds are played. */
  readonly seeds: number;
  readonly firstSeed: number;
  /** Ends the run early: what was played until then is the result. */
  readonly signal?: AbortSignal;
  /** Told now and then how many seeds have been played. */
  readonly onProgress?: (played: number) => void;
}

/** A seed whose run broke a promise. */
export interface InterleavingFailure {
  readonly seed: number;
  readonly scenario: string;
  /** What was wrong, and what had happened last. */
  readonly message: string;
}

/** What a run of interleavings found. */
export interface InterleavingResult {
  readonly seeds: number;
  /** What arrived and what rang, in all runs together. */
  readonly steps: number;
  readonly failures: readonly InterleavingFailure[];
}

/** One seed, played. */
export interface PlayedSeed {
  readonly scenario: string;
  readonly steps: number;
  /** The same for every run of the seed. */
  readonly digest: string;
  readonly failure: InterleavingFailure | undefined;
}

const SCENARIOS = { tasks: playTasks, registrations: playRegistrations } as const;
/** One seed in so many is about the registry alone. */
const REGISTRATIONS_EVERY = 3;
const MOST_FAILURES = 20;
const PROGRESS_EVERY = 50;

/** Plays one seed to its end. Never rejects: what goes wrong is the finding. */
export async function playSeed(seed: number): Promise<PlayedSeed> {
  const scenario = seed % REGISTRATIONS_EVERY === 0 ? "registrations" : "tasks";
  const stage = new Stage(seed);
  let failure: InterleavingFailure | undefined;
  try {
    await SCENARIOS[scenario](stage);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    failure = { seed, scenario, message: `${what}\nlast:\n${stage.tail.join("\n")}` };
  }
  return { scenario, steps: stage.steps, digest: stage.digest, failure };
}

/**
 * Plays coordinators, registry and agents over the memory transport in virtual time, each seed in an order of its own, and checks
 * what they promise at every write and at the end. Resolves when all seeds are played, the signal fires or there is more to report than
 * anybody reads.
 */
export async function runInterleavings(options: InterleavingOptions): Promise<InterleavingResult> {
  const { seeds, firstSeed, signal, onProgress } = options;
  const failures: InterleavingFailure[] = [];
  let steps = 0;
  let played = 0;
  while (played < seeds && signal?.aborted !== true && failures.length < MOST_FAILURES) {
    const result = await playSeed(firstSeed + played);
    played += 1;
    steps += result.steps;
    if (result.failure !== undefined) failures.push(result.failure);
    if (played % PROGRESS_EVERY === 0) onProgress?.(played);
  }
  return { seeds: played, steps, failures };
}
