import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../src/index.js";
import { isStandardSchema, validateWithSchema } from "../src/standard-schema.js";
import { rejection } from "./failure.js";

/** A schema of no library: what the standard asks for, and asynchronous. */
function schemaOf<Output>(
  validate: StandardSchema<unknown, Output>["~standard"]["validate"],
): StandardSchema<unknown, Output> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

describe("validateWithSchema", () => {
  it("resolves to what the schema makes of the value", async () => {
    const schema = z.object({ size: z.string().transform(Number), unit: z.string().default("m") });
    const value = await validateWithSchema(schema, { size: "7" }, "input");
    expect(value).toEqual({ size: 7, unit: "m" });
    expectTypeOf(value).toEqualTypeOf<{ size: number; unit: string }>();
  });

  it("waits for a schema that takes its time", async () => {
    expect(
      await validateWithSchema(
        schemaOf(async (value) => ({ value })),
        7,
        "input",
      ),
    ).toBe(7);
  });

  it("rejects with the places that are wrong", async () => {
    const schema = z.object({ files: z.array(z.object({ path: z.string() })), "the key": z.number() });
    const error = await rejection(validateWithSchema(schema, { files: [{ path: "a" }, { path: 7 }] }, "input"));
    expect(error).toMatchObject({
      code: "INVALID_MESSAGE",
      outcome: "none",
      details: { field: "input.files[1].path" },
    });
    expect(error.message).toContain("input.files[1].path: ");
    expect(error.message).toContain('input["the key"]: ');
    expect(error.details?.issues).toHaveLength(2);
  });

  it("reads paths whose parts are objects, and names the whole value where there is no path", async () => {
    const issues = [{ message: "bad", path: [{ key: "a" }, 0] }, { message: "worse" }];
    const error = await rejection(
      validateWithSchema(
        schemaOf(() => ({ issues })),
        {},
        "input",
      ),
    );
    expect(error.message).toBe("input.a[0]: bad; input: worse");
  });

  it("tells ten issues, and how many more there are", async () => {
    const issues = Array.from({ length: 1_000 }, (_, index) => ({ message: "bad", path: [index] }));
    const error = await rejection(
      validateWithSchema(
        schemaOf(() => ({ issues })),
        [],
        "input",
      ),
    );
    expect(error.message).toMatch(/input\[9\]: bad; and 990 more$/);
  });

  it("wraps what a schema throws or rejects with", async () => {
    const thrown = new Error("no");
    const throwing = schemaOf<number>(() => {
      throw thrown;
    });
    for (const schema of [throwing, schemaOf<number>(() => Promise.reject(thrown))]) {
      expect(await rejection(validateWithSchema(schema, 7, "output"))).toMatchObject({
        code: "INVALID_MESSAGE",
        cause: thrown,
        details: { field: "output" },
      });
    }
  });
});

describe("a schema that does not keep to the standard", () => {
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "fine"],
    ["issues that are none", { issues: 5 }],
    ["issues that are null", { issues: null }],
    ["an issue that is none", { issues: [null] }],
    ["a path that is none", { issues: [{ message: "bad", path: 5 }] }],
    ["a message that is none", { issues: [{ message: Symbol("s") }] }],
  ])("is told of when it answers %s", async (_, result) => {
    const schema = schemaOf<number>(() => result as never);
    expect((await rejection(validateWithSchema(schema, 7, "output"))).code).toBe("INVALID_MESSAGE");
  });

  it("hands on nothing that would be awaited, or called", async () => {
    let called = 0;
    const call = (): void => {
      called += 1;
    };
    const thenable = Object.fromEntries(["then"].map((key) => [key, call]));
    for (const value of [thenable, Object.assign(() => {}, thenable), new Promise(() => {})]) {
      const error = await rejection(
        validateWithSchema(
          schemaOf(() => ({ value })),
          7,
          "input",
        ),
      );
      expect(error).toMatchObject({ code: "INVALID_MESSAGE", details: { field: "input" } });
    }
    const throwing = new Proxy(
      {},
      {
        get() {
          throw null;
        },
      },
    );
    const error = await rejection(
      validateWithSchema(
        schemaOf(() => ({ value: throwing })),
        7,
        "input",
      ),
    );
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(called).toBe(0);
  });
});

describe("isStandardSchema", () => {
  it("takes what cannot be read for none", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(isStandardSchema(proxy)).toBe(false);
  });

  it("knows a schema, also one that is a function", () => {
    const standard = schemaOf((value) => ({ value }));
    expect([z.string(), standard, Object.assign(() => true, standard)].every(isStandardSchema)).toBe(true);
    expect(
      [null, undefined, "a", {}, { "~standard": null }, { "~standard": {} }, () => true].some(isStandardSchema),
    ).toBe(false);
  });
});

describe("the types of a schema", () => {
  it("are those before and after its transformations", () => {
    const schema = z.object({ size: z.string().transform(Number) });
    expectTypeOf<SchemaInput<typeof schema>>().toEqualTypeOf<{ size: string }>();
    expectTypeOf<SchemaOutput<typeof schema>>().toEqualTypeOf<{ size: number }>();
  });
});
