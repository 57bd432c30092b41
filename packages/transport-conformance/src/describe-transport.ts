import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it } from "vitest";
import { besideNeighbours } from "./beside-neighbours.js";
import { applicableCases } from "./conformance-cases.js";
import type { TransportHarness } from "./harness.js";
import { runCase } from "./run-case.js";

const TEST_TIMEOUT_MS = 30_000;

/**
 * Registers the kit's tests for a transport, to be called in a vitest file. Each case runs twice, each time in a namespace
 * of its own: with transports that were opened, and with transports that their first use opens, this time beside a
 * namespace in which agents, topics and records of the same names have data that must neither be seen nor change.
 * Cases run concurrently, save those that measure time.
 */
export function describeTransport(name: string, harness: TransportHarness): void {
  const seed = randomBytes(4).toString("hex");
  const cases = applicableCases(harness).map((each, index) => ({ ...each, index }));
  const passes = [
    { title: "opened", run: runCase, lifecycle: "opened" },
    { title: "opened by its first use, beside others' data", run: besideNeighbours, lifecycle: "first use" },
  ] as const;

  describe(`${name} is a transport`, () => {
    beforeAll(() => harness.open?.());
    afterAll(() => harness.close?.());
    describe.each(passes)("$title", ({ run, lifecycle }) => {
      for (const quiet of [false, true]) {
        describe(quiet ? "one by one" : "concurrently", { concurrent: !quiet }, () => {
          for (const each of cases.filter((one) => (one.quiet ?? false) === quiet)) {
            const namespace = `kit-${seed}.${lifecycle === "opened" ? "o" : "f"}${each.index}`;
            it(`${each.promise}: ${each.title}`, () => run(each, harness, { namespace, lifecycle }), TEST_TIMEOUT_MS);
          }
        });
      }
    });
  });
}
