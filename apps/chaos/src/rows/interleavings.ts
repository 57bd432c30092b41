import { runInterleavings } from "../interleavings/run-interleavings.js";
import { atLeast } from "./checks.js";
import type { Row } from "./row.js";

/** Coordinators, registry and agents on the memory transport in virtual time: a seed an order of events. */
export const interleavings: Row = {
  id: "interleavings",
  title: "coordinators and registry in every order that chance finds, in virtual time",
  invariant: "each task ends once; nothing is committed twice; every view of the registry agrees in the end",
  testScale: 0.03,
  async run(scene) {
    const seeds = scene.scaled(10_000, 10);
    const result = await runInterleavings({
      seeds,
      firstSeed: scene.seed,
      signal: scene.signal,
      onProgress: (played) => scene.say(`${played} of ${seeds} seeds`),
    });
    scene.fault("step in an order of chance", result.steps);
    const [first] = result.failures;
    return {
      load: `${result.seeds.toLocaleString("en-US")} seeds`,
      lost: null,
      duplicates: null,
      worstRecoveryMs: null,
      checks: [
        atLeast("seeds played", result.seeds, seeds),
        atLeast("steps in them", result.steps, 100 * seeds),
        {
          claim: "seeds that broke a promise",
          measured:
            first === undefined
              ? 0
              : `${result.failures.length}: seed ${first.seed}, ${first.scenario}: ${first.message}`,
          allowed: "0",
          holds: first === undefined,
        },
      ],
    };
  },
};
