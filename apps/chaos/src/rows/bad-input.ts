import { type InputResult, runInput } from "../input/run-input.js";
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
      onProgress: ({ class: name, done, cases: all }) => scene.say(`${name}: ${done} of ${all} cases`),
    });
    let total = 0;
    const checks: Check[] = [];
    for (const { class: name, cases: made, giants, failures } of results) {
      total += made;
      scene.fault(name, made);
      if (giants > 0) scene.fault(`${name}, giants among them`, giants);
      checks.push(atLeast(`cases of ${name}`, made, cases), noFailures(name, failures));
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

// Cases are made small before they are told; what is still longer, the seed and the path make again.
const MOST_SHOWN = 1_000;

/** No case of the class failed; else the first that did: put into a file of the corpus, it is tried by every run. */
export function noFailures(className: string, failures: InputResult["failures"]): Check {
  const claim = `${className}: what did not hold`;
  const [first] = failures;
  if (first === undefined) return { claim, measured: 0, allowed: "0", holds: true };
  const { message, seed, path, counterexample } = first;
  const shown = counterexample.length > MOST_SHOWN ? `${counterexample.slice(0, MOST_SHOWN)}…` : counterexample;
  const measured = `${failures.length}: ${message} (seed ${seed}, path ${path}): ${shown}`;
  return { claim, measured, allowed: "0", holds: false };
}
