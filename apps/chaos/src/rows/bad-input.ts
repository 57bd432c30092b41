import { runInput } from "../input/run-input.js";
import { atLeast } from "./checks.js";
import type { Check, Row } from "./row.js";

/** Bad input of every class: to the decoder, into mailboxes past the transport, and to every public call. */
export const badInput: Row = {
  id: "input",
  title: "bad input, class by class",
  invariant: "no crash, no hang, nothing dropped, raw bytes kept, every error from the table",
  testScale: 0.02,
  async run(scene) {
    const server = await scene.redis();
    const cases = scene.scaled(100_000, 100);
    const results = await runInput({
      cases,
      seed: scene.seed,
      redisUrl: server.url,
      signal: scene.signal,
      ...scene.started,
      onProgress: ({ class: name, done }) => scene.say(`${name}: ${done} of ${cases} cases`),
    });
    let total = 0;
    const checks: Check[] = [];
    for (const { class: name, cases: made, giants, failures } of results) {
      total += made;
      scene.fault(name, made);
      if (giants > 0) scene.fault(`${name}, giants among them`, giants);
      const [first] = failures;
      checks.push(atLeast(`cases of ${name}`, made, cases), {
        claim: `${name}: what did not hold`,
        measured:
          first === undefined ? 0 : `${failures.length}: ${first.message} (seed ${first.seed}, path ${first.path})`,
        allowed: "0",
        holds: first === undefined,
      });
    }
    return {
      load: `${total.toLocaleString("en-US")} cases of ${results.length} classes`,
      lost: null,
      duplicates: null,
      worstRecoveryMs: null,
      checks,
    };
  },
};
