import { describe, expect, it } from "vitest";
import { firstError } from "../src/cli/first-error.js";

describe("the first error", () => {
  it("is found below those of putting things away", async () => {
    const failing = async (): Promise<void> => {
      await using _outer = { [Symbol.asyncDispose]: () => Promise.reject(new Error("closing")) };
      await using _inner = { [Symbol.asyncDispose]: () => Promise.reject(new Error("stopping")) };
      throw new Error("working");
    };
    const thrown = await failing().catch((error: unknown) => error);
    expect(firstError(thrown)).toMatchObject({ message: "working" });
    const single = new Error("alone");
    expect(firstError(single)).toBe(single);
  });
});
