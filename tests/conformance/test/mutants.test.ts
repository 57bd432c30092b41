import { describe, expect, it } from "vitest";
import { failingCases } from "./failing-cases.js";
import { leaseMutants } from "./lease-mutants.js";
import { mailboxMutants } from "./mailbox-mutants.js";
import { memoryHarness } from "./memory-harness.js";
import { objectMutants } from "./object-mutants.js";

describe("the kit fails a transport that", () => {
  it.concurrent.each([...leaseMutants, ...mailboxMutants, ...objectMutants])(
    "$name",
    async ({ create, caughtBy }) => {
      const failures = await failingCases(memoryHarness(create()), caughtBy);
      const unrelated = [...failures].filter(([title]) => !caughtBy.includes(title));
      expect(unrelated, "cases that have nothing to do with it").toEqual([]);
      expect([...failures.keys()].sort()).toEqual([...caughtBy].sort());
    },
    60_000,
  );
});
