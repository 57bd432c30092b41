import type { Sequence } from "./command.js";
import { type ModelDivergence, playChunk } from "./play-chunk.js";
import { type Difference, playSequence } from "./play-sequence.js";
import type { RedisWorld } from "./redis-world.js";
import { openRedisWorlds } from "./redis-worlds.js";

/** What a run of the model takes. */
export interface ModelOptions {
  /** How many random sequences are played. */
  readonly sequences: number;
  /** The same seed makes the same sequences. */
  readonly seed: number;
  /** A server; the run keeps to namespaces of its own, and leaves nothing in them. */
  readonly redisUrl: string;
  /** Ends the run early: what was played until then is the result. */
  readonly signal?: AbortSignal;
  /** Told now and then how many sequences have been played. */
  readonly onProgress?: (played: number) => void;
}

/** What a run of the model found. */
export interface ModelResult {
  readonly sequences: number;
  readonly commands: number;
  readonly divergences: readonly ModelDivergence[];
}

/** Sequences under way at once: enough to keep two cores and a server busy. */
const AT_ONCE = 24;
/** Sequences of one seed. Shrinking and replaying concern one such chunk. */
const CHUNK = 10;
/** A model with more findings than that has one cause more often than not. */
const MOST_DIVERGENCES = 10;

/**
 * Plays random sequences of commands against a memory transport and against Redis, and compares everything that a caller can
 * see. Resolves when all are played, the signal fires or there is more to report than anybody reads. Rejects if Redis cannot be
 * reached.
 */
export async function runModel(options: ModelOptions): Promise<ModelResult> {
  const { sequences, seed, redisUrl, signal, onProgress } = options;
  const counts = { sequences: 0, commands: 0 };
  const divergences: ModelDivergence[] = [];
  const chunks = Math.ceil(sequences / CHUNK);
  let next = 0;
  const work = async (world: RedisWorld): Promise<void> => {
    while (next < chunks && signal?.aborted !== true && divergences.length < MOST_DIVERGENCES) {
      const chunk = next++;
      const numRuns = Math.min(CHUNK, sequences - chunk * CHUNK);
      try {
        const found = await playChunk(world, { seed: seed + chunk, numRuns }, counts, signal);
        if (found !== undefined) divergences.push(found);
      } catch (error) {
        // The others need not find out for themselves.
        next = chunks;
        throw error;
      }
      onProgress?.(counts.sequences);
    }
  };
  await using worlds = openRedisWorlds(redisUrl, String(seed));
  const workers = Array.from({ length: Math.min(AT_ONCE, chunks) }, () => work(worlds.open()));
  const ended = await Promise.allSettled(workers);
  for (const worker of ended) if (worker.status === "rejected") throw worker.reason;
  return { ...counts, divergences };
}

/** Plays one sequence in both worlds. Resolves to where they parted, or undefined. */
export async function replaySequence(redisUrl: string, sequence: Sequence): Promise<Difference | undefined> {
  await using worlds = openRedisWorlds(redisUrl, "replay");
  return await playSequence(sequence, worlds.open(), "replay");
}
