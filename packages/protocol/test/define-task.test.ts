import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { type DefineTaskOptions, defineTask, type StandardSchema, type TaskDefinition } from "../src/index.js";
import { failure } from "./failure.js";

const schemas = { input: z.object({ path: z.string() }), output: z.object({ findings: z.array(z.string()) }) };

describe("defineTask", () => {
  it("keeps what it is given, and fills in the rest", () => {
    expect(defineTask({ type: "review_file", ...schemas })).toEqual({
      type: "review_file",
      ...schemas,
      requiredCapabilities: [],
      description: "",
    });
    const whole = {
      type: "review_file",
      ...schemas,
      requiredCapabilities: ["code.review"],
      description: "Reviews a file",
    };
    expect(defineTask(whole)).toEqual(whole);
  });

  it("does not change when its options do", () => {
    const requiredCapabilities = ["code.review"];
    const definition = defineTask({ type: "review_file", ...schemas, requiredCapabilities });
    requiredCapabilities.push("more");
    expect(definition.requiredCapabilities).toEqual(["code.review"]);
    expect(Object.isFrozen(definition)).toBe(true);
  });

  it.each<[string, object]>([
    ["type", { type: "" }],
    ["type", { type: "x".repeat(129) }],
    ["type", { type: 7 }],
    ["input", { input: {} }],
    ["output", { output: undefined }],
    ["requiredCapabilities", { requiredCapabilities: "code.review" }],
    ["requiredCapabilities", { requiredCapabilities: [""] }],
    ["description", { description: 7 }],
  ])("refuses a wrong %s, naming it (case %#)", (option, change) => {
    const options = { type: "review_file", ...schemas, ...change } as DefineTaskOptions<StandardSchema, StandardSchema>;
    expect(failure(() => defineTask(options))).toMatchObject({ code: "INVALID_OPTIONS", details: { option } });
  });

  it("refuses what is no object", () => {
    expect(failure(() => defineTask(undefined as never)).code).toBe("INVALID_OPTIONS");
  });

  it("has the types of its schemas", () => {
    const plain = defineTask({ type: "review_file", ...schemas });
    expectTypeOf(plain).toEqualTypeOf<TaskDefinition<{ path: string }, { findings: string[] }>>();
    const transforming = defineTask({
      type: "measure",
      input: z.object({ unit: z.string().default("m") }),
      output: z.string().transform(Number),
    });
    expectTypeOf(transforming).toEqualTypeOf<
      TaskDefinition<{ unit: string }, number, { unit?: string | undefined }, string>
    >();
  });
});
