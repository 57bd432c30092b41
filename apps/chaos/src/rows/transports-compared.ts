import { runModel } from "../model/run-model.js";
import { atLeast } from "./checks.js";
import type { Row } from "./row.js";

/** F22: random sequences of commands, played to the memory transport and to Redis; nobody may be able to tell the two apart. */
export const transportsCompared: Row = {
  id: "F22",
  title: "random sequences of commands, memory against Redis",
  invariant: "divergences 0",
  testScale: 0.03,
  async run(scene) {
    const server = await scene.redis();
    const sequences = scene.scaled(5_000, 20);
    const result = await runModel({
      sequences,
      seed: scene.seed,
      redisUrl: server.url,
      signal: scene.signal,
      onProgress: (played) => scene.say(`${played} of ${sequences} sequences`),
    });
    scene.fault("command", result.commands);
    const [first] = result.divergences;
    return {
      load: `${result.sequences.toLocaleString("en-US")} sequences`,
      lost: null,
      duplicates: null,
      worstRecoveryMs: null,
      checks: [
        atLeast("sequences played", result.sequences, sequences),
        atLeast("commands in them", result.commands, 10 * sequences),
        {
          claim: "divergences",
          measured:
            first === undefined
              ? 0
              : `${result.divergences.length}: seed ${first.seed}, path ${first.path}: ${first.sequence}; memory ${JSON.stringify(first.memory)}, Redis ${JSON.stringify(first.redis)}`,
          allowed: "0",
          holds: first === undefined,
        },
      ],
    };
  },
};
