import assert from "node:assert/strict";
import type { ConformanceCase } from "./conformance-case.js";
import type { TransportHarness } from "./harness.js";
import { openNeighbourhood } from "./neighbourhood.js";
import { openScene, type SceneOptions } from "./scene.js";

/** How a case is run. */
export interface RunCaseOptions extends Omit<SceneOptions, "patienceMs"> {
  /**
   * Another namespace, to be filled with data under the very names that cases use: the case fails also if it changes any
   * of it.
   */
  readonly beside?: string;
  /**
   * How long a case waits for what must happen soon, in milliseconds.
   * @default 5,000
   */
  readonly patienceMs?: number;
  /**
   * A case that has not ended by then has failed, in milliseconds.
   * @default 25,000
   */
  readonly timeLimitMs?: number;
}

/**
 * Runs one case in a namespace of its own. Resolves if its claim is true of the harness's transport, and rejects with
 * what was seen instead; closes the transports that it made either way.
 */
export async function runCase(
  conformanceCase: ConformanceCase,
  harness: TransportHarness,
  options: RunCaseOptions,
): Promise<void> {
  if (options.beside === undefined) return play(conformanceCase, harness, options);
  const { takeStock, close } = await openNeighbourhood(harness, options.beside);
  try {
    const before = await takeStock();
    await play(conformanceCase, harness, options);
    assert.deepEqual(await takeStock(), before, "the case changed another namespace");
  } finally {
    await close();
  }
}

async function play(
  conformanceCase: ConformanceCase,
  harness: TransportHarness,
  options: RunCaseOptions,
): Promise<void> {
  const { patienceMs = 5_000, timeLimitMs = 25_000 } = options;
  const { scene, troubles, close } = openScene(harness, { ...options, patienceMs });
  try {
    await within(timeLimitMs, conformanceCase.run(scene));
  } catch (error) {
    if (error instanceof Error && troubles.length > 0) {
      const heard = troubles.map((trouble) => `${trouble.code}: ${trouble.message}`);
      error.message += `\nIn the background: ${[...new Set(heard)].join("; ")}`;
    }
    // What went wrong first is what matters, even if closing fails too.
    await close().catch(() => {});
    throw error;
  }
  await close();
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the case did not end within ${ms} ms`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
