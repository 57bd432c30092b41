import { applicableCases } from "@agentcomm/transport-conformance";
import { expect, it } from "vitest";
import { alter } from "./alter.js";
import { failingCases } from "./failing-cases.js";
import { memoryHarness } from "./memory-harness.js";

it("the kit passes a transport that keeps its promises", async () => {
  expect(await failingCases(memoryHarness(), [])).toEqual(new Map());
});

it("a transport that declares that it can neither delay nor expire passes too, and is held to refuse both", async () => {
  const lacking = memoryHarness({
    driver: (driver) => alter(driver, { capabilities: { ...driver.capabilities, delay: false, recordTtl: false } }),
  });
  const titles = applicableCases(lacking).map((each) => each.title);
  expect(titles).toContain("a transport that cannot delay refuses to, on send and on retry");
  expect(titles).toContain("a transport whose records cannot expire refuses ttlMs");
  expect(titles).not.toContain("a record is gone after its time to live, and not before");
  expect(await failingCases(lacking, [])).toEqual(new Map());
});
