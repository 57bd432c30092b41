import type { JsonValue } from "@agentcomm/protocol";
import fc from "fast-check";
import type { Sequence } from "./command.js";
import { sequences } from "./command-arbitrary.js";
import { type Difference, playSequence } from "./play-sequence.js";
import { printSequence } from "./print-sequence.js";
import type { RedisWorld } from "./redis-world.js";

/** A sequence in which memory and Redis can be told apart. */
export interface ModelDivergence {
  /** Makes fast-check play it again, together with `path`. */
  readonly seed: number;
  readonly path: string;
  /** Shrunk, one command per line. */
  readonly sequence: string;
  /** What each world showed after the last command of the sequence. */
  readonly memory: JsonValue;
  readonly redis: JsonValue;
}

/** How much a run has played. */
export interface ModelCounts {
  sequences: number;
  commands: number;
}

/** Plays of one chunk spent on shrinking, at most. */
const MOST_SHRINKS = 300;

/**
 * Plays the random sequences of one seed until the worlds differ, and then shrinks. Resolves to the shortest sequence found, or
 * undefined. Rejects if a world cannot be played in. When the signal fires it ends with the sequence that is under way.
 */
export async function playChunk(
  world: RedisWorld,
  { seed, numRuns }: { readonly seed: number; readonly numRuns: number },
  counts: ModelCounts,
  signal: AbortSignal | undefined,
): Promise<ModelDivergence | undefined> {
  let plays = 0;
  let last: { readonly sequence: Sequence; readonly difference: Difference } | undefined;
  const property = fc.asyncProperty(sequences, async (sequence) => {
    if (signal?.aborted === true) return true;
    if (last === undefined) {
      counts.sequences += 1;
      counts.commands += sequence.length;
    }
    plays += 1;
    if (plays > MOST_SHRINKS) return true;
    const difference = await playSequence(sequence, world, `s${seed}x${plays}`);
    if (difference === undefined) return true;
    last = { sequence, difference };
    return false;
  });
  const { errorInstance, counterexamplePath } = await fc.check(property, { seed, numRuns });
  if (last === undefined) {
    if (errorInstance instanceof Error) throw errorInstance;
    return undefined;
  }
  const { sequence, difference } = last;
  return {
    seed,
    path: counterexamplePath ?? "",
    sequence: printSequence(sequence.slice(0, difference.index + 1)),
    memory: difference.memory,
    redis: difference.redis,
  };
}
