import { describe, expect, it } from "vitest";
import { checkTextSize, DEFAULT_LIMITS, resolveLimits } from "../src/limits.js";
import { failure } from "./failure.js";

describe("resolveLimits", () => {
  it("fills in 256 KiB and 32 levels", () => {
    expect(resolveLimits(undefined)).toEqual({ maxMessageBytes: 262_144, maxDepth: 32 });
    expect(resolveLimits({ maxDepth: 5 })).toEqual({ maxMessageBytes: 262_144, maxDepth: 5 });
    expect(resolveLimits({ maxMessageBytes: 1_000 })).toEqual({ maxMessageBytes: 1_000, maxDepth: 32 });
    expect(Object.isFrozen(DEFAULT_LIMITS)).toBe(true);
  });

  it.each([
    { maxDepth: Number.NaN },
    { maxDepth: 1 },
    { maxDepth: 1_001 },
    { maxMessageBytes: 0 },
    { maxMessageBytes: Number.POSITIVE_INFINITY },
    { maxMessageBytes: "1000" as unknown as number },
  ])("refuses %j, which would lift a limit or let nothing through", (limits) => {
    expect(failure(() => resolveLimits(limits)).code).toBe("INVALID_OPTIONS");
  });
});

describe("checkTextSize", () => {
  const limits = resolveLimits({ maxMessageBytes: 300 });

  it.each([
    ["a", 1],
    ["é", 2],
    ["€", 3],
    ["𝄞", 4],
  ])("counts the bytes of UTF-8: %s takes %i", (character, bytes) => {
    const most = Math.floor(300 / bytes);
    expect(() => checkTextSize(character.repeat(most), "message", limits)).not.toThrow();
    const error = failure(() => checkTextSize(character.repeat(most + 1), "message", limits));
    expect(error).toMatchObject({ code: "MESSAGE_TOO_LARGE", outcome: "none", details: { maxMessageBytes: 300 } });
    expect(error.message).toContain("300 are allowed");
  });
});
