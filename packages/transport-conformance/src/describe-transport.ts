import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it } from "vitest";
import { applicableCases } from "./conformance-cases.js";
import type { TransportHarness } from "./harness.js";
import { runCase } from "./run-case.js";

const TEST_TIMEOUT_MS = 30_000;
// A harness may have a server to start, or even to install.
const HARNESS_TIMEOUT_MS = 120_000;

/**
 * Registers the kit's tests for a transport, to be called in a vitest file. Each case runs twice, each time in a namespace
 * of its own: with transports that were opened, and with transports that their first use opens, this time beside a
 * namespace in which agents, topics and records of the same names have data that must neither be seen nor change.
 * Cases run concurrently, save those that measure time.
 */
export function describeTransport(name: string, harness: TransportHarness): void {
  const seed = randomBytes(4).toString("hex");
  const cases = [...applicableCases(harness).entries()];

  describe(`${name} is a transport`, () => {
    beforeAll(() => harness.open?.(), HARNESS_TIMEOUT_MS);
    afterAll(() => harness.close?.(), HARNESS_TIMEOUT_MS);
    for (const lifecycle of ["opened", "first use"] as const) {
      const isFirstUse = lifecycle === "first use";
      describe(isFirstUse ? "opened by its first use, beside others' data" : "opened", () => {
        for (const quiet of [false, true]) {
          describe(quiet ? "one by one" : "concurrently", { concurrent: !quiet }, () => {
            for (const [index, each] of cases.filter(([, one]) => (one.quiet ?? false) === quiet)) {
              const namespace = `kit-${seed}.${isFirstUse ? "f" : "o"}${index}`;
              const beside = isFirstUse ? { beside: `${namespace}.beside` } : {};
              const run = () => runCase(each, harness, { namespace, lifecycle, ...beside });
              it(`${each.promise}: ${each.title}`, run, TEST_TIMEOUT_MS);
            }
          });
        }
      });
    }
  });
}
