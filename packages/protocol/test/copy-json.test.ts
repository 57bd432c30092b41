import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyJson } from "../src/copy-json.js";
import { resolveLimits } from "../src/limits.js";
import { anyJson } from "./any-json.js";
import { failure } from "./failure.js";

const limits = resolveLimits({ maxMessageBytes: 1_000, maxDepth: 5 });
const copy = (value: unknown): unknown => copyJson(value, "content", 0, limits);
const refusal = (value: unknown) => failure(() => copy(value));

class Point {
  readonly x = 1;
}

describe("copyJson", () => {
  it("copies what JSON can say, and shares nothing with it", () => {
    const value = { text: "a", number: 1.5, yes: true, nothing: null, list: [1, ["b"]], inner: { deep: {} } };
    const copied = copy(value) as typeof value;
    expect(copied).toEqual(value);
    expect(copied).not.toBe(value);
    expect(copied.list).not.toBe(value.list);
    expect(copied.inner.deep).not.toBe(value.inner.deep);
  });

  it("leaves out keys whose value is undefined", () => {
    expect(Object.keys(copy({ a: undefined, b: 1 }) as object)).toEqual(["b"]);
  });

  it("makes -0 what JSON makes of it", () => {
    expect(Object.is(copy(-0), 0)).toBe(true);
  });

  it("takes objects without a prototype and objects of another realm", () => {
    expect(copy(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
    expect(copy(runInNewContext("({ a: [1] })"))).toEqual({ a: [1] });
  });

  it("takes one object in two places", () => {
    const shared = { a: 1 };
    expect(copy([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it("reads every property once, so that it cannot change between check and use", () => {
    let reads = 0;
    const value = {
      get a() {
        return ++reads;
      },
    };
    expect(copy(value)).toEqual({ a: 1 });
    expect(reads).toBe(1);
  });

  it.each([
    ["undefined", undefined],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["a bigint", 7n],
    ["a symbol", Symbol("s")],
    ["a function", () => 7],
    ["a promise", Promise.resolve({})],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a set", new Set()],
    ["an error", new Error("e")],
    ["a regular expression", /a/],
    ["a buffer", Buffer.from("a")],
    ["a class's object", new Point()],
    ["a boxed string", Object("a")],
    ["a hole", new Array(3)],
    ["a method toJSON", { toJSON: () => ({}) }],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what must be refused
    ["a method then", { then: () => undefined }],
  ])("refuses %s, wherever it is", (_name, value) => {
    for (const whole of [value, { a: [value] }]) {
      if (whole === undefined) continue;
      expect(refusal(whole)).toMatchObject({ code: "INVALID_MESSAGE", outcome: "none" });
    }
    expect(refusal([value]).code).toBe("INVALID_MESSAGE");
  });

  it.each(["__proto__", "constructor", "prototype"])("refuses the key %s", (key) => {
    const error = refusal({ a: JSON.parse(`{"${key}": {"polluted": true}}`) });
    expect(error.code).toBe("INVALID_MESSAGE");
    expect(error.message).toContain(`content.a.${key}`);
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it("names the place of what it refuses", () => {
    expect(refusal({ list: [{}, { "the key": 7n }] }).message).toBe(
      'content.list[1]["the key"] is a bigint: JSON cannot say that',
    );
    expect(refusal({ list: [{}, { "the key": 7n }] }).details).toEqual({ field: 'content.list[1]["the key"]' });
    expect(refusal(new Point()).message).toContain("content is an instance of Point");
  });

  it("refuses a cycle as such, whatever leads to it", () => {
    const ring: Record<string, unknown> = {};
    ring.next = { back: ring };
    expect(refusal(ring)).toMatchObject({ code: "INVALID_MESSAGE" });
    expect(refusal({ a: ring }).message).toContain("contains itself");
    const list: unknown[] = [];
    list.push(list);
    expect(refusal(list).message).toContain("contains itself");
  });

  it("refuses what is nested too deep, however deep, counting what is around it", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5; level++) deep = [deep];
    expect(copy(deep)).toEqual(deep);
    expect(failure(() => copyJson(deep, "content", 1, limits))).toMatchObject({
      code: "MESSAGE_TOO_LARGE",
      details: { maxDepth: 5 },
    });
    for (let level = 0; level < 1_000_000; level++) deep = { deep };
    expect(refusal(deep).code).toBe("MESSAGE_TOO_LARGE");
  });

  it("ends early on what is too large, before it has built as much", () => {
    expect(refusal("x".repeat(1_000)).code).toBe("MESSAGE_TOO_LARGE");
    expect(refusal({ ["x".repeat(1_000)]: 1 }).code).toBe("MESSAGE_TOO_LARGE");
    let reads = 0;
    const endless = new Proxy([], {
      get: (target, key) => {
        if (key === "length") return 2 ** 32 - 1;
        reads++;
        return Reflect.get(target, key) ?? 1;
      },
    });
    expect(refusal(endless).code).toBe("MESSAGE_TOO_LARGE");
    expect(reads).toBeLessThanOrEqual(1_001);
  });

  it("ends early on few objects that unfold into very many", () => {
    let bomb: unknown = ["x"];
    for (let level = 0; level < 3; level++) bomb = Array.from({ length: 100 }, () => bomb);
    expect(refusal(bomb).code).toBe("MESSAGE_TOO_LARGE");
  });

  it("wraps whatever a getter or proxy throws", () => {
    const thrown = new Error("no");
    const getter = {
      get a(): never {
        throw thrown;
      },
    };
    const error = refusal({ inner: getter });
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", cause: thrown });
    expect(error.message).toContain("content.inner.a cannot be read");
    const traps: (keyof ProxyHandler<object>)[] = ["get", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"];
    for (const trap of traps) {
      const proxy = new Proxy(
        { a: 1 },
        {
          [trap]: () => {
            throw null;
          },
        },
      );
      expect(refusal({ proxy }).code).toBe("INVALID_MESSAGE");
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusal(proxy).code).toBe("INVALID_MESSAGE");
  });

  it.each([2 ** 32 - 1, 2 ** 53, Number.NaN, -1, 1.5, "3"])(
    "refuses an array that says it holds %s items, at once",
    (length) => {
      const reads: PropertyKey[] = [];
      const array = new Proxy([], {
        get(target, key) {
          reads.push(key);
          return key === "length" ? length : Reflect.get(target, key);
        },
      });
      expect(["INVALID_MESSAGE", "MESSAGE_TOO_LARGE"]).toContain(refusal({ array }).code);
      expect(reads).toEqual(["length"]);
    },
  );

  it("copies any JSON into the same JSON", () => {
    const wide = resolveLimits({ maxDepth: 100, maxMessageBytes: 1_000_000 });
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.stringify(copyJson(value, "value", 0, wide))).toBe(JSON.stringify(value));
      }),
      { numRuns: 300 },
    );
  });
});
