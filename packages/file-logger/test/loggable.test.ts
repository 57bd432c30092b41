import { expect, test } from "vitest";
import { loggable } from "../src/loggable.js";
import { createRedaction } from "../src/redact.js";

const redaction = createRedaction([]);
const shown = (value: unknown) => JSON.parse(JSON.stringify({ value: loggable(value, redaction) })).value;

test("what JSON can say stays as it is", () => {
  const value = { text: "a", number: 1.5, yes: true, nothing: null, list: [1, [2]], nested: { a: {} } };
  expect(shown(value)).toEqual(value);
});

test("secrets are hidden at any depth, in keys and in texts", () => {
  const value = { headers: [{ authorization: "Basic abc", inner: { refresh_token: { a: 1 } } }], url: "amqp://u:p@h" };
  expect(shown(value)).toEqual({
    headers: [{ authorization: "[redacted]", inner: { refresh_token: "[redacted]" } }],
    url: "amqp://[redacted]@h",
  });
});

test.each([
  ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["a bigint", 2n ** 70n, "1180591620717411303424"],
  ["not a number", Number.NaN, "NaN"],
  ["bytes", Buffer.from("abc"), "[3 bytes]"],
  ["a map", new Map([["a", 1]]), [["a", 1]]],
  ["a map with a secret", new Map([["api_key", { a: 1 }]]), [["api_key", "[redacted]"]]],
  ["a set", new Set([1, 2]), [1, 2]],
  ["a function", () => 1, "[a function]"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["a hole", [undefined, 1], [null, 1]],
  ["a URL", new URL("http://a.b/"), "http://a.b/"],
])("%s is shown", (_, value, expected) => expect(shown(value)).toEqual(expected));

test("an error is shown with its cause", () => {
  const error = Object.assign(new Error("no: password=x", { cause: new TypeError("why") }), { code: "E" });
  expect(shown(error)).toMatchObject({
    name: "Error",
    message: "no: password=[redacted]",
    code: "E",
    cause: { message: "why" },
  });
});

test("what misbehaves when it is read is named instead", () => {
  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  expect(shown(circular)).toEqual({ a: 1, self: "[circular]" });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(shown({ proxy })).toEqual({ proxy: expect.stringContaining("[unreadable") });
  const throwing = {
    get field() {
      throw null;
    },
    fine: 1,
  };
  expect(shown(throwing)).toEqual({ field: "[unreadable: null]", fine: 1 });
  const json = {
    toJSON() {
      throw new Error("no");
    },
  };
  expect(shown({ json })).toEqual({ json: "[unreadable: no]" });
  const endless: object = { toJSON: () => ({ ...endless }) };
  expect(JSON.stringify(shown(endless))).toContain("[too deep]");
});

test("a key named __proto__ is a key", () => {
  const value = JSON.parse('{"__proto__": {"polluted": true}}');
  expect(JSON.stringify(loggable(value, redaction))).toBe('{"__proto__":{"polluted":true}}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("what is shared without being circular is shown twice", () => {
  const shared = { a: 1 };
  expect(shown([shared, shared])).toEqual([shared, shared]);
});

test("depth, number of values and length are bounded", () => {
  let deep: unknown = "bottom";
  for (let level = 0; level < 100_000; level++) deep = { deep };
  expect(JSON.stringify(shown(deep))).toContain("[too deep]");
  expect(shown(new Array(50_000).fill(1))).toHaveLength(10_001);
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, each) => [`k${each}`, each]));
  expect(Object.keys(shown(wide))).toHaveLength(10_001);
  const long = shown(["x".repeat(2_000_000), "y"]);
  expect(JSON.stringify(long).length).toBeLessThan(1_100_000);
  expect(long[0]).toMatch(/x\[951424 more characters\]$/);
});
