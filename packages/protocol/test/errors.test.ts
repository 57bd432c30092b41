import { describe, expect, it, vi } from "vitest";
import { AgentCommError, ERROR_CODES } from "../src/index.js";

describe("AgentCommError", () => {
  it("is recognised across two copies of the package", async () => {
    vi.resetModules();
    const copy = await import("../src/errors.js");
    const foreign = new copy.AgentCommError("TIMEOUT", "late");
    expect(foreign instanceof AgentCommError).toBe(false);
    expect(AgentCommError.is(foreign)).toBe(true);
    expect(AgentCommError.is(foreign, "TIMEOUT")).toBe(true);
    expect(AgentCommError.is(foreign, "CLOSED")).toBe(false);
  });

  it.each([null, undefined, "TIMEOUT", new Error("x"), { code: "TIMEOUT" }])("is not %s", (value) => {
    expect(AgentCommError.is(value)).toBe(false);
  });

  it("takes from the table whether a repeat can help, unless told otherwise", () => {
    expect(new AgentCommError("MAILBOX_FULL", "full").retryable).toBe(true);
    expect(new AgentCommError("TASK_FAILED", "failed").retryable).toBe(false);
    expect(new AgentCommError("TASK_FAILED", "failed", { retryable: true }).retryable).toBe(true);
  });

  it.each(Object.entries(ERROR_CODES))("%s says when it is raised and what to do", (_code, entry) => {
    expect(entry.when.length).toBeGreaterThan(15);
    expect(entry.fix.length).toBeGreaterThan(10);
  });
});
