import { setImmediate as turn } from "node:timers/promises";
import {
  applicableCases,
  type ConformanceCase,
  runCase,
  type TransportHarness,
} from "@agentcomm/transport-conformance";

const AT_ONCE = 15;
const LOOKS = 3;

/** What runs alone runs one after the other, whichever test wants it. */
let alone: Promise<unknown> = Promise.resolve();

/**
 * The titles of the kit's cases that the harness's transport fails, each with what was seen. They run side by side, which on a
 * busy machine can make a case that measures time fail, or a mistake come too late to be seen; so a case whose outcome is
 * not the expected one runs again, alone, and what is seen then counts.
 */
export async function failingCases(
  harness: TransportHarness,
  expected: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const surprises: ConformanceCase[] = [];
  let runs = 0;
  const run = async (each: ConformanceCase): Promise<boolean> => {
    runs += 1;
    const namespace = `case${runs}`;
    failures.delete(each.title);
    try {
      await runCase(each, harness, { namespace, lifecycle: "first use", patienceMs: 1_500, timeLimitMs: 8_000 });
    } catch (error) {
      failures.set(each.title, error);
    }
    return failures.has(each.title) === expected.includes(each.title);
  };
  const cases = applicableCases(harness).values();
  const work = async (): Promise<void> => {
    for (const each of cases) {
      // A store in memory answers without ever letting timers run; without this the first cases would start as one block.
      await turn();
      if (!(await run(each))) surprises.push(each);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const runAlone = async (): Promise<void> => {
    for (const each of surprises) {
      for (let look = 1; look < LOOKS; look += 1) if (await run(each)) break;
    }
  };
  alone = alone.then(runAlone);
  await alone;
  return failures;
}
