import { setImmediate as turn } from "node:timers/promises";
import { applicableCases, runCase, type TransportHarness } from "@agentcomm/transport-conformance";

const AT_ONCE = 15;

/** The titles of the kit's cases that the harness's transport fails, sorted, each with what was seen. */
export async function failingCases(harness: TransportHarness): Promise<Map<string, unknown>> {
  const failures: [string, unknown][] = [];
  const cases = [...applicableCases(harness)].entries();
  const work = async (): Promise<void> => {
    for (const [index, each] of cases) {
      // A store in memory answers without ever letting timers run; without this the first cases would start as one block.
      await turn();
      const namespace = `case${index}`;
      try {
        await runCase(each, harness, { namespace, lifecycle: "first use", patienceMs: 1_500, timeLimitMs: 8_000 });
      } catch (error) {
        failures.push([each.title, error]);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return new Map(failures.sort(([a], [b]) => (a < b ? -1 : 1)));
}
